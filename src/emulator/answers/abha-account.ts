import type * as wire from '../../abdm/wire/abha-account.ts'
import { userNotFound } from '../refusal.ts'
import { fullNameOf } from '../world/people.ts'
import { maskedNumber } from '../world/profiles.ts'
import type { Answers } from './answer.ts'

/** abdm-v3 §11: no address, no age, the number masked. */
export const abhaAccount: Answers<typeof wire> = {
  async search(call, { register, transactions }) {
    const holders = (await register.holdersOn(call.opened('mobile'))).filter(({ body }) => !body.isDeactivated)
    if (holders.length === 0) throw userNotFound('abha')
    const txnId = await transactions.open('abha.account', { found: holders.map(({ id }) => id) })
    const ABHA = holders.map(({ body }, place) => ({
      index: place + 1,
      ABHANumber: maskedNumber(body.abhaNumber ?? ''),
      name: fullNameOf(body),
      gender: body.gender,
      kycVerified: 'true',
      authMethods: [...(body.aadhaarMobile ? ['AADHAAR_OTP'] : []), 'MOBILE_OTP', 'DEMOGRAPHICS'],
    }))
    return [{ txnId, ABHA }]
  },
}
