import fc from "fast-check";

/** `FC_SEED=random` draws new cases here too; a number repeats a run. */
const wanted = process.env["FC_SEED"] ?? "20261121";
if (wanted !== "random") fc.configureGlobal({ seed: Number(wanted) });
