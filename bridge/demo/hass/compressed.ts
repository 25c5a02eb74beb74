/** The compressed states of `subscribe_entities`: `a` added, `c` changed, `r` removed. */
import type { Context } from "./bus.ts";
import { equal, type Json } from "./json.ts";
import type { State } from "./states.ts";

/** A context with an id alone is sent as its text. */
function shortContext(context: Context): unknown {
  return context.parent_id === null && context.user_id === null ? context.id : { ...context };
}

/** `{s, a, c, lc}` and `lu` where it differs from `lc`; times in seconds. */
export function addedState(state: State): Json {
  return {
    s: state.state,
    a: state.attributes,
    c: shortContext(state.context),
    lc: state.changedMs / 1000,
    ...(state.updatedMs === state.changedMs ? {} : { lu: state.updatedMs / 1000 }),
  };
}

/** `{"+": what is new, "-": {a: attributes gone}}`. */
export function changedState(old: State, next: State): Json {
  const plus: Json = {};
  if (old.state !== next.state) plus["s"] = next.state;
  if (old.changedMs !== next.changedMs) plus["lc"] = next.changedMs / 1000;
  else if (old.updatedMs !== next.updatedMs) plus["lu"] = next.updatedMs / 1000;

  const context: Json = {};
  if (old.context.parent_id !== next.context.parent_id) context["parent_id"] = next.context.parent_id;
  if (old.context.user_id !== next.context.user_id) context["user_id"] = next.context.user_id;
  if (old.context.id !== next.context.id) {
    if (Object.keys(context).length > 0) context["id"] = next.context.id;
    plus["c"] = Object.keys(context).length > 0 ? context : next.context.id;
  }

  const attributes: Json = {};
  for (const [key, value] of Object.entries(next.attributes))
    if (!(key in old.attributes) || !equal(old.attributes[key], value)) attributes[key] = value;
  if (Object.keys(attributes).length > 0) plus["a"] = attributes;
  const gone = Object.keys(old.attributes).filter((key) => !(key in next.attributes));
  return gone.length > 0 ? { "+": plus, "-": { a: gone } } : { "+": plus };
}
