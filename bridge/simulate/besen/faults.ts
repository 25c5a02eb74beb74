/** What can be wrong with a simulated BS20; all may be changed while it runs. */
import type { ChecksumRule } from "../../chargers/besen/frame.ts";

export interface Bs20Faults {
  /** Answers 341 to every login, whatever the PIN. */
  rejectPin: boolean;
  /** Hears everything, says nothing. */
  silent: boolean;
  /** Says nothing on this many connections to come, as some units do at first. */
  muteConnections: number;
  /** Bytes per notification; 0 = a frame in one. */
  splitBytes: number;
  /** Two frames in one notification where two are due. */
  joinFrames: boolean;
  /** `00 5f 00` behind each tail, as real units send. */
  strayBytes: boolean;
  /** Each n-th frame has a flipped payload bit; 0 = none. */
  corruptEvery: number;
  checksum: ChecksumRule;
  /** Error reason of every start; 0 = none. */
  refuseStart: number;
  /** Reservation result of every reserved start; 0 = none. */
  refuseReservation: number;
  /** Fail reason of every stop; 0 = none. */
  refuseStop: number;
  /** Settings keep their value, and the answer repeats the old one. */
  refuseSettings: boolean;
  /** Starts are carried out (or not) without an answer. */
  unansweredStart: boolean;
  /** No answer to these settings: the unit does not know them. */
  unknownCommands: readonly number[];
  /** A new current counts from the next start on. */
  nextStartOnly: boolean;
  /** Charging pauses this long after a change of current, s. */
  interruptS: number;
  noHeartbeat: boolean;
  /** Reported in place of the true one. */
  plugState: number | undefined;
  /** 32 error bits, 8 hex digits; anything set puts the box into state 1. */
  errorBits: string;
  /** Version frames carry no software version, as revised boards do. */
  noSoftwareVersion: boolean;
}

export function noFaults(): Bs20Faults {
  return {
    rejectPin: false,
    silent: false,
    muteConnections: 0,
    splitBytes: 0,
    joinFrames: false,
    strayBytes: false,
    corruptEvery: 0,
    checksum: "mod_10000",
    refuseStart: 0,
    refuseReservation: 0,
    refuseStop: 0,
    refuseSettings: false,
    unansweredStart: false,
    unknownCommands: [],
    nextStartOnly: false,
    interruptS: 20,
    noHeartbeat: false,
    plugState: undefined,
    errorBits: "00000000",
    noSoftwareVersion: false,
  };
}
