import type { Clock } from '../clock.ts'
import { newTimedId } from '../ids.ts'
import { Type } from '../schema.ts'
import type { Collection, Store } from '../store/store.ts'
import type { Delivery } from '../webhooks/webhooks.ts'

/** Every delivery attempted in the sandbox, with what was sent, so that a receiver can be built without an operator. */

const delivery = Type.Object({
  id: Type.String(),
  url: Type.String(),
  headers: Type.Record(Type.String(), Type.String()),
  body: Type.String(),
  status: Type.Union([Type.Integer(), Type.Null()]),
  attempt: Type.Integer(),
  at: Type.String(),
})

export const deliveryRows: Collection<Delivery> = { name: 'sandbox.delivery', body: delivery }
const deliveriesKeptMs = 172_800_000

export const keepDelivery = async (store: Store, clock: Clock, made: Delivery): Promise<void> => {
  await store.insert(deliveryRows, newTimedId(clock.now()), made, { expiresAt: clock.now() + deliveriesKeptMs })
}
