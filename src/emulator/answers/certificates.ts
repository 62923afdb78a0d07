import { encryptionAlgorithm } from '../../abdm/sealing.ts'
import type * as wire from '../../abdm/wire/certificates.ts'
import type { Answers } from './answer.ts'

export const certificates: Answers<typeof wire> = {
  abhaCertificate: async (_call, { keys }) => ({ publicKey: keys.publicKey(4096), encryptionAlgorithm }),
  phrCertificate: async (_call, { keys }) => ({ publicKey: keys.publicKey(2048), encryptionAlgorithm }),
}
