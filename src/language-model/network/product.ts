// Which algorithm takes a product over blocks of panels: Strassen's where the matrix is large
// enough that it is faster.

import { layOutLinear, Linear, type LinearSpace, type Product, type ProductUse } from './linear.ts';
import type { Arena, Context } from './memory.ts';
import { type Parameter, rowsOf } from './parameters.ts';
import { layOutRead, layOutStrassen, Strassen, type StrassenSpace } from './strassen.ts';

/**
 * Rows and columns from which it is: a side of its quarters, that products are summed over, is half
 * of that.
 */
const LARGE = 128;

export type ProductSpace = LinearSpace | StrassenSpace;

export function layOutProduct(arena: Arena, weight: Parameter, use?: ProductUse): ProductSpace {
  const columns = weight.stride / 4;
  if (Math.min(rowsOf(weight), columns) < LARGE) return layOutLinear(arena, weight, use);
  return layOutStrassen(arena, weight, layOutRead(arena, columns), use);
}

export const createProduct = (context: Context, weight: Parameter, space: ProductSpace): Product =>
  'read' in space ? new Strassen(context, weight, space) : new Linear(context, weight, space);
