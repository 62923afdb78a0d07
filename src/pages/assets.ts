import { readFile } from 'node:fs/promises'
import type { declareFor, Route } from '../route.ts'
import { keeping } from './keeping.ts'

/** The static files of the pages: one route each, read when first asked for and kept. */

const types = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

const read = keeping((href: string) => readFile(new URL(href)))

/** Their tag; files are no operations and stand in no document. */
export const assetTag = 'asset'

export const assetRoutes = <Deps>(
  declare: ReturnType<typeof declareFor<Deps>>,
  base: string,
  folder: URL,
  names: readonly string[],
): Route<Deps>[] =>
  names.map((name) =>
    declare({
      method: 'GET',
      path: `${base}/${name}`,
      operationId: `asset ${base}/${name}`,
      tag: assetTag,
      summary: `A file of the page ${base}`,
      auth: 'none',
      replyType: types[name.slice(name.lastIndexOf('.') + 1) as keyof typeof types],
      errors: [],
      handle: () => read(new URL(name, folder).href),
    }),
  )
