import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/** For the owner alone. Level by level: Node's own recursive way never ends below a folder that takes none, such as /proc. */
export const makeFolder = (folder: string): void => {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (thrown) {
    // Another process may have been quicker.
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
  }
}
