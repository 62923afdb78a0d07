import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { notCompared, sharedText } from '../compat/shared-contract.ts'

/**
 * Every flow of abdm-v3.md's "Flows at a glance" is walked, by the name that the table gives it. Its ten rows are twelve flows:
 * rows 6 and 7 each give a second way, on another service, after an "or".
 */

const contract = sharedText('abdm-v3.md')

const walked = ['glance', 'glance-logins', 'glance-sessions'].flatMap((file) => {
  const text = readFileSync(new URL(`${file}.test.ts`, import.meta.url), 'utf8')
  return [...text.matchAll(/walk\(['`](\d+) ([^'`]+)['`]/g)].map(([, row, name]) => ({
    row: Number(row),
    name: name ?? '',
  }))
})

test('every flow at a glance is walked', { skip: !contract && notCompared('abdm-v3.md') }, () => {
  const section = contract?.split('**Flows at a glance**')[1]?.split('\n---')[0] ?? ''
  const rows = [...section.matchAll(/^\| (?!goal|---)([^|]+) \| ([^|]+) \|$/gm)]
  const flows = rows.flatMap(([, goal = '', calls = ''], index) => {
    const services = /; or `abha`|, or web/.test(calls)
      ? ['PHR app', calls.includes('web') ? 'PHR web' : 'the ABHA service']
      : ['']
    return services.map((service) => ({ row: index + 1, goal, service }))
  })
  assert.deepEqual([rows.length, flows.length], [10, 12])
  for (const { row, goal, service } of flows) {
    const names = walked.filter((one) => one.row === row && one.name.includes(goal) && one.name.includes(service))
    assert.ok(names.length > 0, `row ${row}, ${goal} ${service}, is not walked`)
  }
})
