import { PersonalText, Secret } from '../../fields.ts'
import { Type } from '../../schema.ts'

/** The pair of tokens that every account operation answers, always all four fields (connect §3). */
export const tokenPair = Type.Object({
  access_token: Type.String({ 'x-redact': true }),
  refresh_token: Type.String({ description: 'Token to renew the other one.', 'x-redact': true }),
  expires_in: Type.Integer({ description: 'Seconds until access_token ends.' }),
  refresh_expires_in: Type.Integer({ description: 'Seconds until refresh_token ends.' }),
})

/** The access token to renew is not judged, whatever stands there (connect §3). */
export const refreshBody = Type.Object({
  refresh_token: Secret,
  access_token: Type.Optional({ ...PersonalText('The access token to renew; not judged.'), 'x-not-judged': true }),
})
