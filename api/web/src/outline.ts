// London's outline from its boroughs. Neighbours share their boundary point by point, so an edge that
// two boroughs have lies inside, and one that a single borough has lies on the outline. Boroughs end
// at mean high water: the tidal Thames lies outside.

export type Position = [number, number];
export interface BoroughFeature {
  geometry: { coordinates: Position[][][] };
  properties: { code: string; name: string; sector: string };
}

const key = (p: Position): string => `${p[0]},${p[1]}`;

/** Closed rings around the union of the boroughs, biggest number of points first. */
export function outline(boroughs: BoroughFeature[]): Position[][] {
  const edges = new Map<string, [Position, Position]>();
  for (const borough of boroughs) {
    for (const ring of borough.geometry.coordinates.flat()) {
      for (let i = 1; i < ring.length; i++) toggle(edges, ring[i - 1], ring[i]);
    }
  }
  return stitch(edges).sort((a, b) => b.length - a.length);
}

function toggle(edges: Map<string, [Position, Position]>, a: Position, b: Position): void {
  if (!edges.delete(`${key(b)} ${key(a)}`)) edges.set(`${key(a)} ${key(b)}`, [a, b]);
}

function stitch(edges: Map<string, [Position, Position]>): Position[][] {
  const leaving = new Map<string, [Position, Position][]>();
  for (const edge of edges.values()) {
    const from = key(edge[0]);
    leaving.set(from, [...(leaving.get(from) ?? []), edge]);
  }
  const rings: Position[][] = [];
  for (const start of leaving.keys()) {
    for (let edge = leaving.get(start)?.pop(); edge; edge = leaving.get(start)?.pop()) {
      const ring: Position[] = [edge[0], edge[1]];
      for (let next = leaving.get(key(edge[1]))?.pop(); next; next = leaving.get(key(next[1]))?.pop()) ring.push(next[1]);
      if (ring.length > 3 && key(ring[0]) === key(ring[ring.length - 1])) rings.push(ring);
    }
  }
  return rings;
}

/** Centre of a borough's largest ring, for its name. */
export function labelPoint(borough: BoroughFeature): Position {
  const ring = borough.geometry.coordinates.map((p) => p[0]).sort((a, b) => area(b) - area(a))[0];
  let [x, y, sum] = [0, 0, 0];
  for (let i = 1; i < ring.length; i++) {
    const cross = ring[i - 1][0] * ring[i][1] - ring[i][0] * ring[i - 1][1];
    x += (ring[i - 1][0] + ring[i][0]) * cross;
    y += (ring[i - 1][1] + ring[i][1]) * cross;
    sum += cross;
  }
  return [x / (3 * sum), y / (3 * sum)];
}

/** A borough's name as people say it. */
export const short = (name: string): string => name.replace(" and ", " & ").replace(" upon Thames", "");

/** Twice a ring's area in square degrees: good for comparing only. */
export function area(ring: Position[]): number {
  let sum = 0;
  for (let i = 1; i < ring.length; i++) sum += ring[i - 1][0] * ring[i][1] - ring[i][0] * ring[i - 1][1];
  return Math.abs(sum);
}
