import type * as wire from '../../abdm/wire/abha-profile.ts'
import { abhaProfile as profileWire } from '../../abdm/wire/parts.ts'
import { refuse } from '../refusal.ts'
import { deactivate, deleteAccount, refuseCrowdedEmail, setEmail, setPhoto } from '../world/account-changes.ts'
import { linkMobile, refuseCrowdedMobile } from '../world/enrolment.ts'
import type { PersonRow } from '../world/people.ts'
import { ownAccountOf } from '../world/profiles.ts'
import { identifiers, refuseDeactivated, type Subject } from '../world/subjects.ts'
import type { TxnRow } from '../world/transactions.ts'
import { accountIdOf, addressesOf, fieldRefused, invalidTxn, personSubject, verifyAbhaOtp } from './abha-otp.ts'
import type { Answers, Call, World } from './answer.ts'
import { flowOf, sendOtp } from './otp.ts'
import { personCard, personCode } from './pictures.ts'

/** abdm-v3 §4, §12. */

/** The person of the token; a token whose account is gone is worth nothing any more. */
const signedIn = async (call: Call, { register }: World): Promise<PersonRow> => {
  const { sub } = call.user().claims
  const row = await register.person(sub.replace(/[.].*/, ''))
  if (!row?.body.abhaNumber || accountIdOf(row) !== sub) {
    throw refuse(400, 'message', '', call.op.userToken === 'r-token' ? 'Invalid R-token' : 'Invalid X-token')
  }
  return row
}

/** Whoever may change something. */
const holder = async (call: Call, world: World): Promise<PersonRow & { abhaNumber: string }> => {
  const row = await signedIn(call, world)
  refuseDeactivated(row.body, 'abha')
  return { ...row, abhaNumber: row.body.abhaNumber ?? '' }
}

const shown = async (row: PersonRow, world: World) =>
  ownAccountOf(
    row.body,
    (await addressesOf(row, world)).map(({ body }) => body),
  )

/** The fields of a profile that Aadhaar has said. */
const fixedFields: ReadonlySet<string> = new Set(
  Object.keys(profileWire.properties).filter((name) => name !== 'profilePhoto'),
)

const alreadyVerified = (what: string) =>
  refuse(400, 'message', '', `This ${what} is already verified. Please enter a different ${what}.`)

const refuseBenefitLinked = ({ body }: PersonRow, isDeletion: boolean): void => {
  if (!body.isBenefitLinked) return
  const [code, verb] = isDeletion ? (['ABDM-1219', 'deleted'] as const) : (['ABDM-1228', 'deactivated'] as const)
  throw refuse(422, 'wrapped', code, `This ABHA number is linked to a benefit and cannot be ${verb}.`)
}

const isDeletion = (scope: readonly string[]): boolean => scope.includes('delete')
const endsAccount = (scope: readonly string[]): boolean => isDeletion(scope) || scope.includes('de-activate')

/** Whom the OTP goes to: the mobile or mailbox that is to be proved, or the one that is known of the person. */
const subjectOfChange = async (call: Call<typeof wire.requestOtp>, world: World): Promise<Subject> => {
  const row = await holder(call, world)
  const named = call.opened('loginId')
  const about = { mobile: named, personId: row.id, addressId: null }
  switch (call.body.loginHint) {
    case 'mobile':
      if (named === row.body.abhaMobile) throw alreadyVerified('mobile number')
      await refuseCrowdedMobile(named, row.id, world)
      return { ...about, identifier: identifiers.mobile(named) }
    case 'email':
      if (named.toLowerCase() === row.body.email?.toLowerCase()) throw alreadyVerified('email')
      await refuseCrowdedEmail(named, row.id, world)
      return { ...about, identifier: identifiers.email(named) }
    default: {
      if (named !== row.abhaNumber) throw fieldRefused('loginId', 'LoginId is invalid')
      const { scope, otpSystem } = call.body
      if (endsAccount(scope)) refuseBenefitLinked(row, isDeletion(scope))
      return world.subjects.ofHolder(
        identifiers.abhaNumber(named),
        row,
        otpSystem === 'aadhaar' ? 'aadhaar' : 'abdm',
        'abha',
      )
    }
  }
}

/** Room for one more, looked at before the OTP is spent. */
const refuseCrowded = async ({ body }: TxnRow, personId: string, world: World): Promise<void> => {
  if (body.variant === 'mobile') await refuseCrowdedMobile(body.mobile, personId, world)
  if (body.variant === 'email') await refuseCrowdedEmail(body.mobile, personId, world)
}

/** What a right OTP brings about, and how ABDM says so. Nobody has shown the last three texts. */
const changed = async ({ body }: TxnRow, personId: string, world: World): Promise<string> => {
  switch (body.scope.find((member) => member !== 'abha-profile')) {
    case 'mobile-verify':
      await linkMobile(personId, body.mobile, world)
      return 'Mobile Number linked successfully'
    case 're-kyc':
      // A person is one row here, so that nothing UIDAI says can be out of date.
      return 'Re-kyc done successfully'
    case 'email-verify':
      await setEmail(personId, body.mobile, world)
      return 'Email linked successfully'
    case 'delete':
      await deleteAccount(personId, world)
      return 'ABHA number deleted successfully'
    default:
      await deactivate(personId, world)
      return 'ABHA number deactivated successfully'
  }
}

/** UIDAI's refusal is a bare message here (abdm-v3 §12.3). */
const uidaiMessage = (words: string) => refuse(422, 'message', '', `UIDAI Error code : 400 : ${words}`)

export const abhaProfile: Answers<typeof wire> = {
  get: async (call, world) => shown(await signedIn(call, world), world),

  async patch(call, world) {
    const { id } = await holder(call, world)
    if (Object.keys(call.body).some((name) => fixedFields.has(name))) {
      throw refuse(422, 'wrapped', 'ABDM-1160', 'Only the profile photo of a KYC verified ABHA number can be updated.')
    }
    const { profilePhoto } = call.body
    if (profilePhoto === undefined) throw refuse(400, 'wrapped', '', 'Please provide a valid field to update')
    const written = await setPhoto(id, profilePhoto, world)
    return shown(written ?? (await signedIn(call, world)), world)
  },

  async requestOtp(call, world) {
    const subject = await subjectOfChange(call, world)
    return sendOtp(call, world, subject, 'profile.change', 'change your ABHA account')
  },

  async verify(call, world) {
    const { scope, authData, reasons } = call.body
    if (endsAccount(scope) && !reasons) throw fieldRefused('reasons', 'Invalid Reasons')
    const person = await holder(call, world)
    const row = await world.transactions.live(authData.otp.txnId)
    if (!row || row.body.flow !== flowOf(call.op) || row.body.personId !== person.id) throw invalidTxn()
    if (row.body.scope.length !== scope.length || !row.body.scope.every((member) => scope.includes(member))) {
      throw fieldRefused('scope', 'Invalid Scope')
    }
    await refuseCrowded(row, person.id, world)
    const otp = call.opened('authData.otp.otpValue')
    const verified = await verifyAbhaOtp(call, world, row, otp, uidaiMessage)
    if ('failed' in verified) return verified.failed
    const message = await changed(verified.row, person.id, world)
    return { txnId: row.id, authResult: 'success', message, accounts: [{ ABHANumber: person.abhaNumber }] }
  },

  async refresh(call, world) {
    const row = await signedIn(call, world)
    const { token, claims } = call.user()
    const subject = await personSubject(row, claims.txnId, claims.loginSubject, world)
    return world.tokens.renewed('abha', subject, { token, claims }, call.now)
  },

  async logout(call, world) {
    await world.tokens.end(call.user())
    return { message: 'You have been logged out' }
  },

  card: async (call, world) => personCard(await signedIn(call, world), world),
  qr: async (call, world) => personCode(await signedIn(call, world), world),
}
