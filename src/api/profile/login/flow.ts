import { flow, type Txn } from '../../../flow.ts'
import { FamilyName } from '../../../people.ts'
import { Type } from '../../../schema.ts'
import { OtpProof, verified } from '../../verified.ts'

/**
 * Logging in. What may follow the OTP depends on the method, so each has its own table.
 *
 *   address   otp_sent ──verify──▶ abha_end
 *   mobile    otp_sent ──verify──▶ abha_select | abha_create      abha_create ──create_phr (mobile form)──▶ abha_end
 *   kyc       otp_sent ──verify──▶ abha_select | abha_create      abha_create ──create_phr (Aadhaar form)──▶ abha_end
 *   search    found ──init──▶ otp_sent, then as kyc
 *   all       abha_select ──login_phr | auto_login──▶ abha_end    abha_create ──login_phr | auto_login──▶ abha_end
 *
 * `kyc`: by abha_number or aadhaar_number. At abha_create a choice needs an address that was offered; there may be none.
 */
const choosing = { login_phr: ['abha_end'], auto_login: ['abha_end'] } as const
const secret = Type.String({ 'x-redact': true })

export const loginByAddress = flow('profile.login.address', {
  data: Type.Object({
    by: Type.Literal('address'),
    abhaAddress: Type.Optional(secret),
    family: FamilyName,
    isByAadhaar: Type.Boolean(),
    proved: Type.Optional(OtpProof),
  }),
  moves: { otp_sent: { verify: ['abha_end'] }, abha_end: {} },
})

export const loginByMobile = flow('profile.login.mobile', {
  data: Type.Object({ by: Type.Literal('mobile'), mobile: Type.Optional(secret), ...verified }),
  moves: {
    otp_sent: { verify: ['abha_select', 'abha_create'] },
    abha_select: { ...choosing, suggest: ['abha_select'] },
    abha_create: { ...choosing, create_phr: ['abha_end'], suggest: ['abha_create'] },
    abha_end: {},
  },
})

const method = Type.Union([Type.Literal('abha_number'), Type.Literal('aadhaar_number')])

export const loginByKyc = flow('profile.login.kyc', {
  data: Type.Object({ by: Type.Literal('kyc'), method, isByAadhaar: Type.Boolean(), ...verified }),
  moves: {
    otp_sent: { verify: ['abha_select', 'abha_create'] },
    abha_select: { ...choosing, suggest: ['abha_select'] },
    abha_create: { ...choosing, create_kyc: ['abha_end'], suggest: ['abha_create'] },
    abha_end: {},
  },
})

export const loginBySearch = flow('profile.login.search', {
  data: Type.Object({
    by: Type.Literal('search'),
    /** How many accounts were found. */
    found: Type.Integer(),
    /** The index of each by ABDM's own count, until one is chosen; a search of an earlier version has none, and counts from 1. */
    indexes: Type.Optional(Type.Array(Type.Integer())),
    /** The mobile that was searched, until its OTP is sent: every send to it counts. */
    searched: Type.Optional(secret),
    isByAadhaar: Type.Optional(Type.Boolean()),
    /** An OTP is being sent; another call has to wait for its end. */
    sendingUntil: Type.Optional(Type.Integer()),
    sendingBy: Type.Optional(Type.String()),
    /** When an OTP may have gone out whose answer never came. */
    perhapsSentAt: Type.Optional(Type.Integer()),
    proved: Type.Optional(OtpProof),
    ...verified,
  }),
  livesSeconds: { found: 600 },
  moves: {
    found: { init: ['otp_sent'] },
    otp_sent: { verify: ['abha_select', 'abha_create'] },
    abha_select: { ...choosing, suggest: ['abha_select'] },
    abha_create: { ...choosing, create_kyc: ['abha_end'], suggest: ['abha_create'] },
    abha_end: {},
  },
})

export const loginFlows = [loginByAddress, loginByMobile, loginByKyc, loginBySearch] as const
export type LoginTxn = Txn<(typeof loginFlows)[number]>
