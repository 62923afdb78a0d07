import { Type } from '../../schema.ts'
import { absent, operation } from './operation.ts'

/** §3.1: the public keys that seal fields. */
const certificate = Type.Object({
  publicKey: Type.String({ minLength: 1 }),
  // §3.2 is used whatever it says; doctor tells when it says something else.
  encryptionAlgorithm: absent(Type.String()),
})

export const abhaCertificate = operation({
  id: 'abha.certificate',
  source: '§3.1',
  service: 'abha',
  method: 'GET',
  path: '/profile/public/certificate',
  reply: certificate,
  errorForm: 'wrapped',
  isRepeatable: true,
})

export const phrCertificate = operation({
  id: 'phr.certificate',
  source: '§3.1',
  service: 'phr-app',
  method: 'GET',
  path: '/login/public/certificate',
  reply: certificate,
  errorForm: 'wrapped',
  isRepeatable: true,
})
