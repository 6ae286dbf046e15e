import type { Json } from '../../../../domain/index.ts'
import { ask } from '../wire.ts'

/** Rows of a CSV text; read on the other side. */
export const parse = (text: string): Json => ask('csv', { text })
