import type * as wire from '../../abdm/wire/abha-login.ts'
import { userNotFound } from '../refusal.ts'
import type { PersonRow } from '../world/people.ts'
import { accountOf, choiceOf, loginAccountOf } from '../world/profiles.ts'
import { blockedWays, identifiers, refuseBarred, refuseDeactivated, type Subject } from '../world/subjects.ts'
import type { TxnRow } from '../world/transactions.ts'
import { fieldRefused, finalTokens, invalidTxn, personSubject, verifyAbhaOtp } from './abha-otp.ts'
import type { Answers, Call, World } from './answer.ts'
import { sendOtp, subjectOf } from './otp.ts'

/** abdm-v3 §8. */

const flow = 'abha.login'
const isIndex = (variant: string): boolean => variant.startsWith('index')

/** The account of a search, by its place in the list (abdm-v3 §11). */
const found = async (call: Call<typeof wire.requestOtp>, world: World): Promise<{ subject: Subject; into: TxnRow }> => {
  const into = await world.transactions.live(call.body.txnId ?? '')
  if (!into?.body.found || into.body.state === 'verified') throw invalidTxn()
  const personId = into.body.found[Number(call.opened('loginId')) - 1]
  const row = personId === undefined ? undefined : await world.register.person(personId)
  if (!row?.body.abhaNumber) throw fieldRefused('loginId', 'LoginId is invalid')
  const identifier = identifiers.abhaNumber(row.body.abhaNumber)
  const otpSystem = call.body.otpSystem === 'aadhaar' ? 'aadhaar' : 'abdm'
  return { subject: world.subjects.ofHolder(identifier, row, otpSystem, 'abha'), into }
}

const namedScope = ({ body }: TxnRow): string[] => body.scope.filter((member) => member !== 'search-abha')

const addressBodies = async ({ id }: PersonRow, { register }: World) =>
  (await register.addressesOf(id)).map(({ body }) => body)

const said = { authResult: 'success', message: 'OTP verified successfully' } as const

export const abhaLogin: Answers<typeof wire> = {
  async requestOtp(call, world) {
    const purpose = ['profile.login', 'log in to your ABHA'] as const
    if (!isIndex(call.variant ?? '')) return sendOtp(call, world, await subjectOf(call, world), ...purpose)
    const { subject, into } = await found(call, world)
    return sendOtp(call, world, subject, ...purpose, into)
  },

  async verify(call, world) {
    const { scope, authData } = call.body
    const start = await world.transactions.live(authData.otp.txnId)
    if (start?.body.flow !== flow) throw invalidTxn()
    const named = namedScope(start)
    if (named.length !== scope.length || !named.every((member) => scope.includes(member))) {
      throw fieldRefused('scope', 'Invalid Scope')
    }
    const verified = await verifyAbhaOtp(call, world, start, call.opened('authData.otp.otpValue'))
    if ('failed' in verified) return verified.failed
    const { row } = verified
    if (row.body.personId === null) {
      const holders = await world.register.holdersOn(row.body.mobile)
      const subject = { sub: '', txnId: row.id, loginSubject: 'MOBILE_LOGIN', profile: { mobile: row.body.mobile } }
      const { token, expiresIn } = await world.tokens.transfer('abha', subject, call.now)
      const accounts = await Promise.all(
        holders.map(async (one) => choiceOf(one.body, await addressBodies(one, world))),
      )
      return { txnId: row.id, ...said, token, expiresIn, accounts }
    }
    const person = await world.register.person(row.body.personId)
    if (!person) throw invalidTxn()
    refuseDeactivated(person.body, 'abha')
    const tokens = await finalTokens(person, row.id, 'ABHA_NUMBER_LOGIN', call, world)
    const account = loginAccountOf(person.body, await addressBodies(person, world))
    return { txnId: row.id, ...said, ...tokens, accounts: [account] }
  },

  async verifyUser(call, world) {
    const { txnId, ABHANumber } = call.body
    if (call.user().claims.txnId !== txnId) throw invalidTxn()
    for (;;) {
      const row = await world.transactions.live(txnId)
      if (row?.body.flow !== flow || row.body.state !== 'verified') throw invalidTxn()
      const chosen = (await world.register.holdersOn(row.body.mobile)).find(
        ({ body }) => body.abhaNumber === ABHANumber,
      )
      if (!chosen) throw fieldRefused('ABHANumber', 'Invalid ABHA Number')
      refuseBarred(chosen, 'abdm', 'abha')
      // Undefined: the transaction moved meanwhile, so the next look tells whether it was used.
      if (!(await world.transactions.step(row, { state: 'used' }))) continue
      const subject = await personSubject(chosen, txnId, 'MOBILE_LOGIN', world)
      return world.tokens.final('abha', subject, call.now)
    }
  },

  async search({ body: { ABHANumber } }, { register }) {
    const row = await register.byAbhaNumber(ABHANumber)
    if (!row) throw userNotFound('abha')
    const theirs = (await register.addressesOf(row.id)).map(({ body }) => body)
    const { preferredAbhaAddress, authMethods, status, verificationStatus, verificationType, mobile } = accountOf(
      row.body,
      theirs,
    )
    return {
      ABHANumber,
      preferredAbhaAddress,
      authMethods,
      blockedAuthMethods: blockedWays(row.body),
      tags: {},
      status,
      verificationStatus,
      verificationType,
      mobile: mobile && `******${mobile.slice(-4)}`,
      isDocumentAccount: false,
    }
  },
}
