#version 300 es
precision highp float;

in vec4 colour;
in float radius;
out vec4 fragment; // premultiplied

void main() {
  float distance = length(gl_PointCoord - 0.5) * (2.0 * radius + 2.0);
  float alpha = colour.a * clamp(radius + 0.5 - distance, 0.0, 1.0);
  if (alpha <= 0.0) discard;
  fragment = vec4(colour.rgb * alpha, alpha);
}
