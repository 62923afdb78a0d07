import { existsSync } from 'node:fs'
import { type Config, ConfigError } from '../config.ts'
import { type MasterKeys, masterKeys } from '../keys.ts'
import { failed, ok, type Round, type Step, type Verdict } from './round.ts'

/** What this machine is given: settings and keys. Nothing that was not there before is left behind. */

const refused = (thrown: unknown): Verdict<never> => {
  if (!(thrown instanceof ConfigError)) throw thrown
  const { problems } = thrown
  return failed(problems.length === 1 ? 'one needs attention' : `${problems.length} need attention`, problems)
}

export const settingsStep = (round: Round, read: () => Config): Step<Config> =>
  round.step({
    name: 'settings',
    needs: [],
    check: () => {
      try {
        const config = read()
        return ok(`ABDM_ENV is ${config.environment}; nothing is missing or unsafe`, config)
      } catch (thrown) {
        return refused(thrown)
      }
    },
  })

export const keysStep = (round: Round, settings: Step<Config>): Step<MasterKeys> =>
  round.step({
    name: 'keys',
    needs: [settings],
    check: ([{ keys }]) => {
      const file = keys.file !== undefined && existsSync(keys.file) ? keys.file : undefined
      let held: MasterKeys
      try {
        held = masterKeys({ ...keys, file })
      } catch (thrown) {
        return refused(thrown)
      }
      if (held.encryption.equals(held.signing))
        return failed('the two are the same', 'Give SIGNING_KEY and ENCRYPTION_KEY different random bytes.')
      const areGiven = keys.encryption !== undefined && keys.signing !== undefined
      if (areGiven) return ok('both are given, and they differ', held)
      return ok(file ? `both are there, and they differ: ${file}` : 'none yet: the first start makes them', held)
    },
  })
