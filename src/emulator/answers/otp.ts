import type { Operation } from '../../abdm/wire/operation.ts'
import { Refusal, refuse, refuseInArray } from '../refusal.ts'
import type { Purpose } from '../world/inbox.ts'
import type { Subject } from '../world/subjects.ts'
import type { TxnRow } from '../world/transactions.ts'
import type { Call, World } from './answer.ts'

/** The two steps that every OTP of the PHR services goes through. */

type Request = { scope: string[]; loginHint: string; otpSystem: 'abdm' | 'aadhaar'; loginId: string }

/** `phr.login.request_otp` and `phr.login.verify` are one flow. */
export const flowOf = (op: Operation): string => op.id.slice(0, op.id.lastIndexOf('.'))

const lastFour = (mobile: string): string => `******${mobile.slice(-4)}`
const atItsHost = (email: string): string => `******${email.slice(email.lastIndexOf('@'))}`

/** Whom the request names; each hint has its own way of not finding anybody. */
export const subjectOf = (call: Call, { subjects }: World): Promise<Subject> => {
  const { loginHint, otpSystem } = call.body as Request
  const named = call.opened('loginId')
  const { service } = call.op
  switch (loginHint) {
    case 'abha-number':
      return subjects.ofAbhaNumber(named, otpSystem, service)
    case 'aadhaar':
      return subjects.ofAadhaar(named, service)
    case 'email':
      return subjects.onEmail(named, service)
    case 'abha-address':
      return subjects.ofAddress(named, otpSystem, service)
    case 'mobile':
      return subjects.holdersOn(named, service)
    default:
      return subjects.onMobile(named, service)
  }
}

export const sendOtp = async (
  call: Call,
  { transactions }: World,
  subject: Subject,
  purpose: Purpose,
  what: string,
  into?: TxnRow,
): Promise<{ txnId: string; message: string }> => {
  const { scope, otpSystem } = call.body as Request
  const variant = call.variant ?? ''
  const sending = { service: call.op.service, flow: flowOf(call.op), scope, variant, subject, purpose, what }
  const txnId = await transactions.send(sending, into)
  const isEmail = subject.mobile.includes('@')
  const to = isEmail ? atItsHost(subject.mobile) : lastFour(subject.mobile)
  const message =
    otpSystem === 'aadhaar'
      ? `OTP sent to Aadhaar registered mobile number ending with ${to}`
      : call.op.service === 'abha'
        ? `OTP sent to ${isEmail ? 'email' : 'mobile number'} ending with ${to}`
        : `OTP is sent to ${isEmail ? 'Email' : 'Mobile number'} ending with ${to}`
  return { txnId, message }
}

type Verify = { scope: string[]; authData: { authMethods: string[]; otp?: { txnId: string } } }

const failures = {
  wrong: 'Entered OTP is incorrect. Kindly re-enter valid OTP.',
  used: 'Please enter a valid OTP. Entered OTP is either expired or incorrect.',
  expired: 'OTP expired, please try again',
} as const

export const invalidAuthMethods = () => refuseInArray('ABDM-1006', 'Invalid Auth Methods')
const missingOtp = () =>
  new Refusal(400, 'array', [
    { code: 'ABDM-9999: ', message: 'Invalid Transaction Id' },
    { code: 'ABDM-9999: ', message: 'Invalid OTP Value' },
  ])

type Failed = { txnId: string; message: string; authResult: 'failed'; users: [] }

/** A wrong OTP is no refusal: ABDM answers 200 with `authResult` failed. */
export const verifyOtp = async (
  call: Call,
  { transactions }: World,
  unknown: () => Refusal,
): Promise<{ row: TxnRow } | { failed: Failed }> => {
  const { scope, authData } = call.body as Verify
  if (authData.authMethods[0] !== 'otp') throw invalidAuthMethods()
  if (!authData.otp) throw missingOtp()
  const { txnId } = authData.otp
  const row = await transactions.live(txnId)
  if (!row || row.body.flow !== flowOf(call.op)) throw unknown()
  if (row.body.scope.length !== scope.length || !row.body.scope.every((member) => scope.includes(member))) {
    throw refuseInArray('ABDM-9999', 'Invalid Scope')
  }
  const outcome = await transactions.verify(call.op.service, row, call.opened('authData.otp.otpValue'), unknown)
  return 'row' in outcome
    ? outcome
    : { failed: { txnId, message: failures[outcome.failed], authResult: 'failed', users: [] } }
}

export const invalidTxn = () => refuseInArray('ABDM-9999', 'Invalid Transaction Id')
export const txnNotFound = () => refuse(400, 'flat', 'ABDM-9999: ', 'Transaction is not found for UUID.')
