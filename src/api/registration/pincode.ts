import { error } from '../../errors.ts'
import { Pincode, Text } from '../../fields.ts'
import { findPincode } from '../../pincodes/pincodes.ts'
import { route } from '../../route.ts'
import { Type } from '../../schema.ts'

/** District and state of a pincode with their LGD codes, from the table that comes with this server. Unknown: 404. */
export const pincode = route({
  method: 'GET',
  path: '/abdm/v1/registration/pincode/{pincode}',
  operationId: 'pincodeResolve',
  tag: 'helpers',
  summary: 'Resolve a pincode to district and state',
  auth: 'client-or-user',
  names: 'headers',
  params: Type.Object({ pincode: Pincode }),
  reply: Type.Object({
    pincode: Text('As asked.'),
    dist_code: Text('LGD code of the district.'),
    dist_name: Text('District.'),
    state_code: Text('LGD code of the state.'),
    state_name: Text('State or union territory.'),
  }),
  errors: ['pincodeUnknown'],
  handle({ params }) {
    const place = findPincode(params.pincode)
    if (!place) throw error.pincodeUnknown()
    return {
      pincode: place.pincode,
      dist_code: place.districtCode,
      dist_name: place.districtName,
      state_code: place.stateCode,
      state_name: place.stateName,
    }
  },
})
