import assert from 'node:assert/strict'
import { type Config, ConfigError, type Environment, readConfig } from './config.ts'

/** What the tests of the settings share: reading them without files, and settings of a real upstream that are in order. */

export const noFiles = (path: string): string => {
  throw new Error(`no file ${path}`)
}
export const read = (env: Environment = {}, readFile: (path: string) => string = noFiles): Config =>
  readConfig(env, readFile)
export const problemsOf = (env: Environment, readFile: (path: string) => string = noFiles): readonly string[] => {
  try {
    read(env, readFile)
    return []
  } catch (thrown) {
    assert.ok(thrown instanceof ConfigError)
    return thrown.problems
  }
}

export const encryption = 'f3a91c07e25b8846d01f7bb2c9e0543a6d18f40b97ac2e53817c60d94ab5ef21'
export const signing = Buffer.from('0b5e7718c2a94d60f3128be4975a0cd6e81f342b6790ad5c43e2710f98bc56da', 'hex').toString(
  'base64',
)
/** Such as a real upstream asks for. */
export const keys = { ENCRYPTION_KEY: encryption, SIGNING_KEY: signing }
export const real = { ABDM_CLIENT_ID: 'SBXID_000009', ABDM_CLIENT_SECRET: 'given-by-nha', ...keys }
export const production = { ...real, ABDM_ENV: 'production' }
