import { readFile } from 'node:fs/promises'
import { error } from '../errors.ts'
import { Handle } from '../fields.ts'
import type { declareFor, Route } from '../route.ts'
import { Type } from '../schema.ts'
import { keeping } from './keeping.ts'

/** The style sheets and scripts of the pages: read when first asked for, then kept. Few routes, since each costs start-up time. */

const kinds = {
  style: { ending: '.css', type: 'text/css; charset=utf-8' },
  script: { ending: '.js', type: 'text/javascript; charset=utf-8' },
} as const

const read = keeping((href: string) => readFile(new URL(href)))

/** Their tag; files are no operations and stand in no document. */
export const assetTag = 'asset'

/** `<base>/style/<name>` and `<base>/script/<name>`, each from the folder in which the name is listed; nothing else is served. */
export const assetRoutes = <Deps>(
  declare: ReturnType<typeof declareFor<Deps>>,
  base: string,
  folders: readonly { readonly folder: string; readonly names: readonly string[] }[],
): Route<Deps>[] => {
  const files = new Map(folders.flatMap(({ folder, names }) => names.map((name) => [name, folder] as const)))
  return Object.entries(kinds).map(([kind, { ending, type }]) =>
    declare({
      method: 'GET',
      path: `${base}/${kind}/{name}`,
      operationId: `asset ${base} ${kind}`,
      tag: assetTag,
      summary: `The ${kind} files of ${base}`,
      auth: 'none',
      replyType: type,
      params: Type.Object({ name: Handle('A file of the page.') }),
      errors: ['pathUnknown'],
      handle({ params: { name } }) {
        const folder = files.get(name)
        if (folder === undefined || !name.endsWith(ending)) throw error.pathUnknown()
        return read(`${folder}${name}`)
      },
    }),
  )
}
