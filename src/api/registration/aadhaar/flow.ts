import { flow } from '../../../flow.ts'
import { Type } from '../../../schema.ts'
import { verified } from '../../verified.ts'

/** What an Aadhaar registration keeps. Of the Aadhaar number nothing but the ciphertext that was made for ABDM. */
export const aadhaarData = {
  /** For sending the OTP again. */
  sealedAadhaar: Type.Optional(Type.String({ 'x-redact': true })),
  /** Stands for the Aadhaar number where sends to it are counted. */
  receiver: Type.Optional(Type.String()),
  /** The number for communication that the person wishes for; proved at confirm_mobile_otp. */
  mobile: Type.Optional(Type.String({ 'x-redact': true })),
  ...verified,
}

/** The steps after the person is known by Aadhaar, by OTP or by face. */
export const afterKyc = {
  confirm_mobile_otp: { mobile_resend: ['confirm_mobile_otp'], mobile_verify: ['abha_create'] },
  abha_create: { create_kyc: ['abha_end'], auto_login: ['abha_end'], suggest: ['abha_create'] },
  abha_end: {},
} as const

/**
 * Registration by Aadhaar.
 *
 *   otp_sent ──resend──▶ otp_sent ──verify──▶ abha_create | confirm_mobile_otp
 *   confirm_mobile_otp ──mobile_resend──▶ confirm_mobile_otp ──mobile_verify──▶ abha_create
 *   abha_create ──create_kyc | auto_login──▶ abha_end      abha_create ──suggest──▶ abha_create
 *
 * `confirm_mobile_otp`: another mobile than the one linked with Aadhaar was wished for, and an OTP is on its way to it.
 */
export const aadhaarRegistration = flow('registration.aadhaar', {
  data: Type.Object(aadhaarData),
  moves: { otp_sent: { resend: ['otp_sent'], verify: ['abha_create', 'confirm_mobile_otp'] }, ...afterKyc },
})
