import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConfigError, type KeyConfig } from './config.ts'
import { makeFolder } from './folder.ts'
import { newBytes, newUuid } from './ids.ts'

export type MasterKeys = { encryption: Buffer; signing: Buffer }

const keyForm = /^[A-Za-z0-9+/]{43}=$/

/** Undefined: there is no such file. */
export const keptKeys = (file: string): MasterKeys | undefined => {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new ConfigError([`${file} holds this database's keys and cannot be read (${code}).`])
  }
  try {
    const { encryption, signing } = JSON.parse(text)
    if (keyForm.test(encryption) && keyForm.test(signing))
      return { encryption: Buffer.from(encryption, 'base64'), signing: Buffer.from(signing, 'base64') }
  } catch {
    // The parser's words quote the file, so they go no further.
  }
  throw new ConfigError([`${file} should hold this database's keys and does not: bring it back from a backup.`])
}

/**
 * The two master keys: from the settings, or for the sandbox made once and kept in a file beside the database, so that
 * a clone starts without any setting.
 */
export const masterKeys = ({ encryption, signing, file }: KeyConfig): MasterKeys => {
  if (encryption && signing) return { encryption, signing }
  const kept = file ? keptKeys(file) : undefined
  const keys = {
    encryption: encryption ?? kept?.encryption ?? newBytes(32),
    signing: signing ?? kept?.signing ?? newBytes(32),
  }
  if (!file || kept) return keys
  // Another that starts at the same time may have been first: then its keys hold.
  return keepKeys(file, keys) ? keys : masterKeys({ encryption, signing, file })
}

/** Whole or not at all. False: there is such a file now. */
export const keepKeys = (file: string, { encryption, signing }: MasterKeys): boolean => {
  try {
    makeFolder(dirname(file))
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new ConfigError([`The folder ${dirname(file)} cannot be made (${code}): name another one in DATABASE_URL.`])
  }
  const text = JSON.stringify({ encryption: encryption.toString('base64'), signing: signing.toString('base64') })
  const unfinished = `${file}.${newUuid()}`
  try {
    writeFileSync(unfinished, `${text}\n`, { mode: 0o600, flag: 'wx', flush: true })
    linkSync(unfinished, file)
    return true
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw thrown
  } finally {
    rmSync(unfinished, { force: true })
  }
}
