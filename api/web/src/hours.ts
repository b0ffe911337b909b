// Hours of the week: 0 is Monday 00:00 to 00:59 in London, 167 Sunday 23:00.

export const HOURS_PER_WEEK = 168;

export const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

const two = (n: number): string => String(n).padStart(2, "0");

/** "Tuesday 14:00 to 15:00" */
export function hourName(hour: number): string {
  const h = hour % 24;
  return `${DAYS[Math.floor(hour / 24)]} ${two(h)}:00 to ${two((h + 1) % 24)}:00`;
}

/** "Tue 14:00" */
export function hourShort(hour: number): string {
  return `${DAYS[Math.floor(hour / 24)].slice(0, 3)} ${two(hour % 24)}:00`;
}

/** The hour of week of a moment, in London's wall-clock time wherever the browser is. */
export function hourOf(moment: Date): number {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: "Europe/London", weekday: "long", hour: "2-digit", hourCycle: "h23",
  }).formatToParts(moment);
  const part = (type: string): string => parts.find((p) => p.type === type)?.value ?? "";
  return DAYS.indexOf(part("weekday")) * 24 + Number(part("hour"));
}

/** Hours of week on the given days (0 is Monday) from one hour of day until another; past midnight where until ≤ from. */
export function shiftHours(days: number[], from: number, until: number): number[] {
  const length = (until - from + 24) % 24 || 24;
  const hours = new Set<number>();
  for (const day of days) {
    for (let i = 0; i < length; i++) hours.add((day * 24 + from + i) % HOURS_PER_WEEK);
  }
  return [...hours].sort((a, b) => a - b);
}
