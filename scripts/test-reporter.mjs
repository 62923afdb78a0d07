// The spec reporter's lines, and last the one line that says how many passed and failed.
import { Transform } from 'node:stream'
import { spec } from 'node:test/reporters'

export default async function* report(source) {
  let passed = 0
  let failed = 0
  let skipped = 0
  const counted = new Transform({
    objectMode: true,
    transform(event, _encoding, next) {
      const isTest = event.data?.details?.type !== 'suite'
      if (event.type === 'test:pass' && isTest) {
        if (event.data.skip !== undefined || event.data.todo !== undefined) skipped++
        else passed++
      }
      if (event.type === 'test:fail' && isTest) failed++
      next(null, event)
    },
  })
  const lines = new spec()
  const pump = (async () => {
    for await (const event of source) counted.write(event)
    counted.end()
  })()
  for await (const line of counted.pipe(lines)) yield line
  await pump
  yield `\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`
}
