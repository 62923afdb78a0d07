import { Type } from '../../schema.ts'
import { absent, operation, personal, sealed } from './operation.ts'
import { txnId } from './parts.ts'

/** §11: finding ABHA numbers by mobile. The answer is a list; the number is masked, `kycVerified` is text. */
export const search = operation({
  id: 'abha.account.search',
  source: '§11',
  service: 'abha',
  method: 'POST',
  path: '/profile/account/abha/search',
  body: Type.Object({
    scope: Type.Array(Type.String(), { 'x-refusal': ['', 'Invalid Scope'] }),
    mobile: sealed(['', 'Invalid mobile number']),
  }),
  variants: { mobile: { scope: ['search-abha'], key: 4096 } },
  reply: Type.Array(
    Type.Object({
      txnId: txnId(),
      ABHA: Type.Array(
        Type.Object({
          index: Type.Integer(),
          ABHANumber: absent(personal()),
          name: absent(personal()),
          gender: absent(personal()),
          kycVerified: absent(Type.Union([Type.String(), Type.Boolean()])),
          authMethods: absent(Type.Array(Type.String())),
        }),
      ),
    }),
  ),
  errorForm: 'field',
  isRepeatable: true,
})
