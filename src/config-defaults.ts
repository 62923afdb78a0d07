import type { KeyBits, KeyFamily, ServiceName } from './abdm/wire/operation.ts'

/** Where NHA's services are, and the settings that lead elsewhere. */

export const baseSettings = {
  gateway: 'ABDM_GATEWAY_URL',
  abha: 'ABDM_ABHA_URL',
  'phr-app': 'ABDM_PHR_APP_URL',
  'phr-web': 'ABDM_PHR_WEB_URL',
} as const satisfies Record<ServiceName, string>

export const realBases = {
  sandbox: {
    gateway: 'https://dev.abdm.gov.in/api/hiecm/gateway/v3',
    abha: 'https://abhasbx.abdm.gov.in/abha/api/v3',
    'phr-app': 'https://abhasbx.abdm.gov.in/abha/api/v3/phr/app',
    'phr-web': 'https://abhasbx.abdm.gov.in/abha/api/v3/phr/web',
  },
  production: {
    gateway: 'https://apis.abdm.gov.in/api/hiecm/gateway/v3',
    abha: 'https://abha.abdm.gov.in/api/abha/v3',
    'phr-app': 'https://phr.abdm.gov.in/api/phr/app/v3',
    'phr-web': 'https://phr.abdm.gov.in/api/phr/web/v3',
  },
} as const satisfies Record<string, Record<ServiceName, string>>

/** Whose setting names the size of the key, and the size that is usual (abdm-v3 §3.3). */
export const keySettings = {
  abha: ['ABDM_ABHA_KEY_BITS', 4096],
  'phr-address': ['ABDM_PHR_KEY_BITS', 2048],
  'phr-login': ['ABDM_PHR_LOGIN_KEY_BITS', 4096],
  'phr-login-otp': ['ABDM_PHR_LOGIN_OTP_KEY_BITS', 4096],
  'phr-web': ['ABDM_WEB_KEY_BITS', 4096],
} as const satisfies Record<KeyFamily, readonly [name: string, usual: KeyBits]>

export const realFacePages = {
  emulator: undefined,
  sandbox: 'https://phrsbx.abdm.gov.in/face-auth',
  production: 'https://phr.abdm.gov.in/face-auth',
} as const
