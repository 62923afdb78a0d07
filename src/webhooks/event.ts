import { PersonalText, Text } from '../fields.ts'
import { type Static, Type } from '../schema.ts'

/** The event `abha.created` as a receiver gets it (connect §8): the body that is sent, and what the documents say of it. */
export const AbhaCreated = Type.Object(
  {
    service: Type.Literal('abdm'),
    event: Type.Literal('abha.created'),
    event_time: Type.Integer({ description: 'When it happened, in Unix seconds.' }),
    timestamp: Type.Integer({ description: 'When this attempt was sent, in Unix seconds.' }),
    transaction_id: Text('The same in every attempt: what a receiver drops doubles by.'),
    business_id: Text('The workspace in which it happened.'),
    client_id: Text('The client whose flow it was.'),
    data: Type.Object({
      abha_address: PersonalText('The new ABHA address, with its domain.'),
      abha_number: Type.Optional(PersonalText('14 digits in groups 2-4-4-4; only with KYC.')),
      hip_id: Type.Optional(Text('The facility that the flow named, if it did.')),
      oid: Text('The user on this server.'),
      partner_patient_id: Type.Optional(Text("The client's own identifier of the user, if the flow named one.")),
    }),
  },
  { description: 'An ABHA address was created.' },
)
export type AbhaCreated = Static<typeof AbhaCreated>

export const signatureHeader = 'Eka-Webhook-Signature'
