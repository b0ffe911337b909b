// Which free cars should wait elsewhere, as the server streams it: lines of JSON.

import { ApiError, num, seconds, text, type Json, type LatLng } from "./api";

export interface MoveUp {
  name: string; car: string; to: LatLng; place: string; seconds: number; expires?: Date;
  /** Expected calls an hour that are reached in time: as the cars stand, and once this one is there. */
  before: number; after: number; reasons: string[];
}
export interface MoveUps { moves: MoveUp[]; notes: string[]; degraded: string }

export function decodeMoveUps(v: Json): MoveUps {
  return {
    notes: v.notes ?? [], degraded: v.basis?.degraded ? text(v.basis.degradedReason) || "no reason given" : "",
    moves: (v.recommendations ?? []).map((r: Json) => ({
      name: text(r.name), car: text(r.car).replace(/^cars\//, ""), place: text(r.toPlace), seconds: seconds(r.travelTime),
      to: { latitude: num(r.to?.latitude), longitude: num(r.to?.longitude) }, expires: r.expireTime ? new Date(r.expireTime) : undefined,
      before: num(r.coveredBefore), after: num(r.coveredAfter), reasons: r.reasons ?? [],
    })),
  };
}

/** Cuts a stream of text into the messages of its lines; what is left waits for the rest of its line. */
export function lines(held: string, chunk: string): [messages: Json[], rest: string] {
  const parts = (held + chunk).split("\n");
  const rest = parts.pop() ?? "";
  return [parts.filter((l) => l.trim()).map((l) => JSON.parse(l)), rest];
}

/** Calls take with each answer until signal ends it; throws what ends it otherwise. */
export async function watchMoveUps(plan: string, signal: AbortSignal, take: (now: MoveUps) => void): Promise<void> {
  const response = await fetch(`/v1/recommendations:watch${plan ? `?plan=${encodeURIComponent(plan)}` : ""}`, { signal }).catch((cause) => {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError("The server does not answer. Is it running?");
  });
  if (!response.ok || !response.body) throw new ApiError((await response.json().catch(() => ({}))).message ?? `The server answered ${response.status}.`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let held = ""; ;) {
    const { done, value } = await reader.read();
    if (done) return;
    const [messages, rest] = lines(held, value);
    held = rest;
    for (const m of messages) {
      if (m.error) throw new ApiError(text(m.error.message) || "The server ended the stream without a reason.");
      take(decodeMoveUps(m.result ?? {}));
    }
  }
}
