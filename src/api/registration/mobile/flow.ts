import { flow } from '../../../flow.ts'
import { Type } from '../../../schema.ts'
import { verified } from '../../verified.ts'

/**
 * Registration of an ABHA address on a mobile number.
 *
 *   otp_sent ──resend──▶ otp_sent ──verify──▶ abha_create | abha_select
 *   abha_create ──create_phr──▶ abha_end      abha_create ──suggest──▶ abha_create
 *   abha_select ──create_phr──▶ abha_end      abha_select ──suggest──▶ abha_select
 *   abha_select ──login_phr | auto_login──▶ abha_end
 *
 * `abha_create`: no ABHA address is on the mobile; `abha_select`: some are, and a further one may be created.
 */
export const mobileRegistration = flow('registration.mobile', {
  data: Type.Object({ mobile: Type.Optional(Type.String({ 'x-redact': true })), ...verified }),
  moves: {
    otp_sent: { resend: ['otp_sent'], verify: ['abha_create', 'abha_select'] },
    abha_create: { create_phr: ['abha_end'], suggest: ['abha_create'] },
    abha_select: {
      create_phr: ['abha_end'],
      login_phr: ['abha_end'],
      auto_login: ['abha_end'],
      suggest: ['abha_select'],
    },
    abha_end: {},
  },
})
