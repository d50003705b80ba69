#version 300 es
// One point for each word: a disc whose radius follows the count, and whose colour follows the similarity
// to the selected word, where there is one.
precision highp float;

layout(location = 0) in vec2 position; // map units
layout(location = 1) in float weight; // log count, 0 (rarest on the map) to 1
layout(location = 2) in float similarity; // to the selected word, 0 to 1 (the closest)

uniform vec2 centre; // of the view, map units
uniform vec2 clipPerUnit; // clip space for each map unit
uniform vec2 radii; // of weight 0 and of weight 1, device pixels
uniform float selected; // 1 where a word is selected, else 0
uniform vec4 plain[2]; // colours without a selection, of weight 0 and 1
uniform vec4 ramp[3]; // colours of similarity 0, 1/2 and 1

out vec4 colour; // not premultiplied
out float radius; // device pixels

void main() {
  float grown = 1.0 + 0.6 * selected * similarity * similarity;
  radius = mix(radii.x, radii.y, weight) * grown;
  vec4 tint = similarity < 0.5 ? mix(ramp[0], ramp[1], 2.0 * similarity) : mix(ramp[1], ramp[2], 2.0 * similarity - 1.0);
  colour = mix(mix(plain[0], plain[1], weight), tint, selected);
  gl_Position = vec4((position - centre) * clipPerUnit, 0.0, 1.0);
  gl_PointSize = 2.0 * radius + 2.0; // room for the smooth edge
}
