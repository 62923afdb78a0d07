import { Type } from 'typebox'
import { flow } from '../../../flow.ts'

/**
 * Registration of an ABHA address on a mobile number.
 *
 *   otp_sent ──resend──▶ otp_sent ──verify──▶ abha_create | abha_select
 *   abha_create ──create_phr──▶ abha_end      abha_create ──suggest──▶ abha_create
 *   abha_select ──create_phr──▶ abha_end      abha_select ──suggest──▶ abha_select
 *
 * `abha_create`: no ABHA address is on the mobile; `abha_select`: some are, and a further one may be created.
 */
export const mobileRegistration = flow('registration.mobile', {
  data: Type.Object({
    mobile: Type.Optional(Type.String({ 'x-redact': true })),
    /** Upstream's transfer token: proves the mobile for five minutes more. */
    transfer: Type.Optional(Type.Object({ token: Type.String({ 'x-redact': true }), expiresAt: Type.Integer() })),
    offered: Type.Optional(Type.Array(Type.String({ 'x-redact': true }))),
    /** An enrolment whose end is not known yet: it may be running, or its answer was lost. */
    enrolling: Type.Optional(
      Type.Object({
        abhaAddress: Type.String({ 'x-redact': true }),
        by: Type.String(),
        until: Type.Integer(),
        /** It has come out that the account was made, and these are its tokens; asking once more would give no others. */
        made: Type.Optional(
          Type.Object({
            token: Type.String({ 'x-redact': true }),
            expiresAt: Type.Integer(),
            refreshToken: Type.Optional(Type.String({ 'x-redact': true })),
            refreshExpiresAt: Type.Optional(Type.Integer()),
          }),
        ),
      }),
    ),
  }),
  moves: {
    otp_sent: { resend: ['otp_sent'], verify: ['abha_create', 'abha_select'] },
    abha_create: { create_phr: ['abha_end'], suggest: ['abha_create'] },
    abha_select: { create_phr: ['abha_end'], suggest: ['abha_select'] },
    abha_end: {},
  },
})
