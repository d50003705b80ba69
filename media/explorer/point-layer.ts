// Draws the words of the map as discs with WebGL2, each frame in one call, whatever the number of
// words. All of the geometry stays in GPU memory; a frame sends the view and the colours, nothing
// per point.

import type { Size, View } from './camera.ts';
import fragmentSource from './points.frag.glsl';
import vertexSource from './points.vert.glsl';
import type { Rgba, Theme } from './theme.ts';

const POSITION = 0; // attribute locations, as in points.vert.glsl
const WEIGHT = 1;
const SIMILARITY = 2;
const UNIFORMS = ['centre', 'clipPerUnit', 'radii', 'selected', 'plain', 'ramp'] as const;
type Uniforms = Record<(typeof UNIFORMS)[number], WebGLUniformLocation | null>;
type Buffers = Record<'positions' | 'weights' | 'similarities' | 'order', WebGLBuffer>;

export class PointLayer {
  readonly #canvas: HTMLCanvasElement;
  readonly #gl: WebGL2RenderingContext;
  #uniforms: Uniforms;
  #buffers: Buffers;
  #positions = new Float32Array(0); // (N, 2)
  #weights = new Float32Array(0); // (N)
  #similarities = new Float32Array(0); // (N), or (0) without a selection
  #order = new Uint32Array(0); // (N), the order of drawing

  /** Throws where the canvas gives no WebGL2. */
  constructor(canvas: HTMLCanvasElement) {
    const gl = canvas.getContext('webgl2', { antialias: false, depth: false, powerPreference: 'low-power' });
    if (!gl) throw new Error('There is no WebGL2 here.');
    this.#canvas = canvas;
    this.#gl = gl;
    [this.#uniforms, this.#buffers] = this.#build();
  }

  /**
   * Takes the points: positions (N, 2) and weights (N), log counts from 0 to 1. Kept, not copied.
   */
  setPoints(positions: Float32Array<ArrayBuffer>, weights: Float32Array<ArrayBuffer>): void {
    this.#positions = positions;
    this.#weights = weights;
    this.setSimilarities(null);
    this.#upload();
  }

  /**
   * Takes the similarities to the selected word, (N), from 0 to 1 for the closest; null: nothing is
   * selected.
   */
  setSimilarities(similarities: Float32Array<ArrayBuffer> | null): void {
    this.#similarities = similarities ?? new Float32Array(0);
    // small discs over large ones; with a selection, the similar words over the others
    const [keys, sign] = similarities ? [similarities, 1] : [this.#weights, -1];
    this.#order = Uint32Array.from(keys.keys()).sort((a, b) => sign * (keys[a]! - keys[b]!));
    this.#uploadOrder();
  }

  /** Sets up everything once more after the browser has given back a lost context. */
  restore(): void {
    [this.#uniforms, this.#buffers] = this.#build();
    this.#upload();
    this.#uploadOrder();
  }

  /** Draws. `radii`: of the weights 0 and 1, CSS pixels; `ratio`: device pixels a CSS pixel. */
  draw(view: View, size: Size, ratio: number, radii: [number, number], theme: Theme): void {
    const gl = this.#gl;
    if (gl.isContextLost()) return;
    gl.viewport(0, 0, this.#canvas.width, this.#canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (this.#order.length === 0) return;
    gl.uniform2f(this.#uniforms.centre, view.x, view.y);
    gl.uniform2f(this.#uniforms.clipPerUnit, (2 * view.scale) / size.width, (2 * view.scale) / size.height);
    gl.uniform2f(this.#uniforms.radii, radii[0] * ratio, radii[1] * ratio);
    gl.uniform1f(this.#uniforms.selected, this.#similarities.length ? 1 : 0);
    gl.uniform4fv(this.#uniforms.plain, flat(theme.plain));
    gl.uniform4fv(this.#uniforms.ramp, flat(theme.ramp));
    gl.drawElements(gl.POINTS, this.#order.length, gl.UNSIGNED_INT, 0);
  }

  #build(): [Uniforms, Buffers] {
    const gl = this.#gl;
    const program = gl.createProgram();
    for (const [kind, source] of [
      [gl.VERTEX_SHADER, vertexSource],
      [gl.FRAGMENT_SHADER, fragmentSource],
    ] as const) {
      const shader = gl.createShader(kind)!;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
      gl.deleteShader(shader); // goes with the program
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
      throw new Error(`The map's shaders do not link: ${gl.getProgramInfoLog(program) ?? ''}`);
    }
    gl.useProgram(program);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    const buffers = {
      positions: gl.createBuffer(),
      weights: gl.createBuffer(),
      similarities: gl.createBuffer(),
      order: gl.createBuffer(),
    };
    for (const [location, buffer, components] of [
      [POSITION, buffers.positions, 2],
      [WEIGHT, buffers.weights, 1],
    ] as const) {
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.enableVertexAttribArray(location);
      gl.vertexAttribPointer(location, components, gl.FLOAT, false, 0, 0);
    }
    gl.bindBuffer(gl.ARRAY_BUFFER, buffers.similarities);
    gl.vertexAttribPointer(SIMILARITY, 1, gl.FLOAT, false, 0, 0); // enabled while there is a selection
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, buffers.order);
    const uniforms = Object.fromEntries(UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)]));
    return [uniforms as Uniforms, buffers];
  }

  #upload(): void {
    const gl = this.#gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffers.positions);
    gl.bufferData(gl.ARRAY_BUFFER, this.#positions, gl.STATIC_DRAW);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffers.weights);
    gl.bufferData(gl.ARRAY_BUFFER, this.#weights, gl.STATIC_DRAW);
  }

  #uploadOrder(): void {
    const gl = this.#gl;
    if (this.#similarities.length) {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffers.similarities);
      gl.bufferData(gl.ARRAY_BUFFER, this.#similarities, gl.DYNAMIC_DRAW);
      gl.enableVertexAttribArray(SIMILARITY);
    } else {
      gl.disableVertexAttribArray(SIMILARITY); // the attribute is then 0 for every point
    }
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, this.#order, gl.DYNAMIC_DRAW);
  }
}

function flat(colours: Rgba[]): Float32Array {
  return new Float32Array(colours.flat());
}
