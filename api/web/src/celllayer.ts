// Draws every cell with WebGL from typed arrays: positions go to the graphics card once, colours
// (4 bytes a corner) whenever the values change, which takes a few milliseconds for a whole city.

import { MercatorCoordinate, type CustomLayerInterface, type CustomRenderMethodInput, type Map } from "maplibre-gl";
import type { Cells } from "./cells";
import { colourOf, type Ramp } from "./ramp";

const CORNERS = 6; // London has no pentagon
const OPACITY = 0.92;
const HATCHED = 0; // in a colour's fourth byte
const PLAIN = 255;

const VERTEX = `#version 300 es
uniform mat4 u_matrix;
uniform float u_pixels;
in vec2 a_position;
in vec4 a_colour;
out vec4 v_colour;
out vec2 v_pixel;
void main() {
  gl_Position = u_matrix * vec4(a_position, 0.0, 1.0);
  v_colour = a_colour;
  v_pixel = a_position * u_pixels;
}`;

// The hatching is fixed to the ground, so that it does not swim when the map moves.
const FRAGMENT = `#version 300 es
precision highp float;
uniform float u_opacity;
in vec4 v_colour;
in vec2 v_pixel;
out vec4 colour;
void main() {
  vec3 c = v_colour.rgb;
  float line = abs(fract((v_pixel.x + v_pixel.y) / 9.0) - 0.5) * 9.0;
  float ink = (1.0 - v_colour.a) * (1.0 - smoothstep(0.5, 1.1, line));
  float light = dot(c, vec3(0.299, 0.587, 0.114));
  c = mix(c, light > 0.5 ? c * 0.72 : c * 0.6 + 0.4, ink);
  colour = vec4(c * u_opacity, u_opacity);
}`;

export class CellLayer implements CustomLayerInterface {
  readonly id = "cells";
  readonly type = "custom";
  private readonly colours: Uint8Array;
  private readonly positions: Float32Array;
  private readonly origin: MercatorCoordinate;
  private map?: Map;
  private gl?: WebGL2RenderingContext;
  private program?: WebGLProgram;
  private vertices?: WebGLVertexArrayObject;
  private colourBuffer?: WebGLBuffer;
  private stale = true; // colours not on the graphics card yet

  constructor(private readonly cells: Cells) {
    const [lat, lng] = cells.length ? cells.centre(0) : [51.5, -0.1];
    this.origin = MercatorCoordinate.fromLngLat({ lat, lng });
    this.positions = new Float32Array(cells.length * CORNERS * 2);
    this.colours = new Uint8Array(cells.length * CORNERS * 4).fill(PLAIN);
    for (let i = 0; i < cells.length; i++) {
      const ring = cells.ring(i);
      for (let k = 0; k < CORNERS; k++) {
        const m = MercatorCoordinate.fromLngLat(ring[k]);
        this.positions.set([m.x - this.origin.x, m.y - this.origin.y], (i * CORNERS + k) * 2);
      }
    }
  }

  /** Colours every cell by its value. */
  paint(values: ArrayLike<number>, ramp: Ramp): void {
    for (let i = 0; i < this.cells.length; i++) {
      const c = colourOf(ramp, values[i] ?? NaN);
      const kind = this.cells.all[i].modelled ? HATCHED : PLAIN;
      for (let k = i * CORNERS * 4; k < (i + 1) * CORNERS * 4; k += 4) {
        this.colours[k] = c[0];
        this.colours[k + 1] = c[1];
        this.colours[k + 2] = c[2];
        this.colours[k + 3] = kind;
      }
    }
    this.stale = true;
    this.map?.triggerRepaint();
  }

  onAdd(map: Map, gl: WebGL2RenderingContext): void {
    this.map = map;
    this.gl = gl;
    this.program = link(gl);
    this.vertices = gl.createVertexArray();
    gl.bindVertexArray(this.vertices);
    attribute(gl, this.program, "a_position", this.positions, 2, gl.FLOAT, false);
    this.colourBuffer = attribute(gl, this.program, "a_colour", this.colours, 4, gl.UNSIGNED_BYTE, true);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, triangles(this.cells.length), gl.STATIC_DRAW);
    gl.bindVertexArray(null);
  }

  render(gl: WebGL2RenderingContext, input: CustomRenderMethodInput): void {
    const { program, vertices, map } = this;
    if (!program || !vertices || !map) return;
    gl.useProgram(program);
    gl.bindVertexArray(vertices);
    if (this.stale) {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.colourBuffer!);
      gl.bufferData(gl.ARRAY_BUFFER, this.colours, gl.DYNAMIC_DRAW);
      this.stale = false;
    }
    const pixels = 512 * 2 ** Math.floor(map.getZoom());
    gl.uniformMatrix4fv(gl.getUniformLocation(program, "u_matrix"), false, this.moved(input.defaultProjectionData.mainMatrix));
    gl.uniform1f(gl.getUniformLocation(program, "u_pixels"), pixels);
    gl.uniform1f(gl.getUniformLocation(program, "u_opacity"), OPACITY);
    gl.drawElements(gl.TRIANGLES, this.cells.length * (CORNERS - 2) * 3, gl.UNSIGNED_INT, 0);
    gl.bindVertexArray(null);
  }

  onRemove(): void {
    if (this.program) this.gl?.deleteProgram(this.program);
    if (this.vertices) this.gl?.deleteVertexArray(this.vertices);
  }

  /** The matrix for positions relative to the origin, in double precision: 32 bits place cells to metres only. */
  private moved(m: ArrayLike<number>): Float32Array {
    const out = Float32Array.from(m);
    for (let row = 0; row < 4; row++) out[12 + row] = m[12 + row] + m[row] * this.origin.x + m[4 + row] * this.origin.y;
    return out;
  }
}

function triangles(cells: number): Uint32Array {
  const index = new Uint32Array(cells * (CORNERS - 2) * 3);
  for (let i = 0, at = 0; i < cells; i++) {
    for (let k = 1; k < CORNERS - 1; k++) {
      index[at++] = i * CORNERS;
      index[at++] = i * CORNERS + k;
      index[at++] = i * CORNERS + k + 1;
    }
  }
  return index;
}

function attribute(gl: WebGL2RenderingContext, program: WebGLProgram, name: string, data: Float32Array | Uint8Array, size: number, type: number, normalised: boolean): WebGLBuffer {
  const buffer = gl.createBuffer();
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
  const at = gl.getAttribLocation(program, name);
  gl.enableVertexAttribArray(at);
  gl.vertexAttribPointer(at, size, type, normalised, 0, 0);
  return buffer;
}

function link(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]] as const) {
    const shader = gl.createShader(type)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(`cells: ${gl.getProgramInfoLog(program)}`);
  return program;
}
