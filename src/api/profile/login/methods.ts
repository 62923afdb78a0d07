import { hasMeaning } from '../../../abdm/failure.ts'
import { phrLogin, web } from '../../../abdm/wire/index.ts'
import type { Services } from '../../../app.ts'
import { error } from '../../../errors.ts'
import { AbhaAddress, allPublishedOptional, Nullable, PersonalText, Text } from '../../../fields.ts'
import { route } from '../../../route.ts'
import { Type } from '../../../schema.ts'

/**
 * Tells in which ways one can log in to an ABHA address, in ABDM's words, and whose it is, masked as ABDM masks it. Opens no
 * transaction and sends no OTP. Upstream: phr.login.search; web.login.search for client ids without PHR app permission.
 */
export const methods = route({
  method: 'POST',
  path: '/abdm/na/v1/profile/login/methods',
  operationId: 'loginMethods',
  tag: 'login',
  summary: 'In which ways can one log in to this address?',
  auth: 'client',
  names: 'headers',
  body: Type.Object({ abha_address: AbhaAddress }, allPublishedOptional),
  reply: Type.Object({
    abha_address: Type.Optional(PersonalText('The ABHA address.')),
    abha_number: Type.Optional(PersonalText('Masked; only with KYC.')),
    auth_methods: Type.Optional(Nullable(Type.Array(Text('Such as MOBILE_OTP or AADHAAR_OTP.')))),
    blocked_methods: Type.Optional(Nullable(Type.Array(Text('Ways that are barred for now.')))),
    fullname: Type.Optional(PersonalText('As ABDM shows it.')),
    mobile: Type.Optional(PersonalText('Masked as ABDM masks it.')),
    status: Type.Optional(Text('ACTIVE, or what ABDM says.')),
  }),
  errors: [],
  upstream: true,
  async handle({ body: { abha_address: abhaAddress } }, deps) {
    const found = await search(deps, abhaAddress)
    const authMethods = found.authMethods ?? []
    // Some services answer for a stranger with nulls in place of a refusal (abdm-v3 §9.1).
    if (authMethods.length === 0 && !found.fullName) throw error.noRecordForAddress()
    return {
      abha_address: found.abhaAddress || abhaAddress,
      ...(found.healthIdNumber && { abha_number: masked(found.healthIdNumber) }),
      auth_methods: authMethods,
      blocked_methods: found.blockedAuthMethods ?? [],
      ...(found.fullName && { fullname: found.fullName }),
      ...(found.mobile && { mobile: maskedMobile(found.mobile) }),
      ...(found.status && { status: found.status }),
    }
  },
})

const search = async ({ abdm, hasPhrApp }: Services, abhaAddress: string) => {
  const given = { body: { abhaAddress } }
  if (hasPhrApp) {
    try {
      return await abdm.call(phrLogin.search, given)
    } catch (thrown) {
      if (!hasMeaning(thrown, 'noPermission')) throw thrown
    }
  }
  return abdm.call(web.search, given)
}

/** ABDM masks most of the time; a number in full is no answer to somebody who has proved nothing yet. */
export const masked = (abhaNumber: string): string =>
  /^[0-9-]+$/.test(abhaNumber) ? `xx-xxxx-xxxx-${abhaNumber.slice(-4)}` : abhaNumber
const maskedMobile = (mobile: string): string => (/^[0-9]+$/.test(mobile) ? `******${mobile.slice(-4)}` : mobile)
