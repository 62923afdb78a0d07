import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { PNG } from 'pngjs'
import { type CardSubject, cardHeight, cardSvg, cardWidth } from './card.ts'
import { createImages } from './images.ts'
import { portrait } from './portrait.ts'

/** The card is a picture of its person: the photo when there is one, initials otherwise, and nothing of a field gets out of its place. */

const images = createImages()
after(() => images.close())

const subject: CardSubject = {
  name: 'Asha Rao',
  abhaNumber: '91-0000-1111-2222',
  abhaAddress: 'asha.rao1990@sbx',
  birthDate: '09-04-1990',
  gender: 'F',
  mobile: '9876543210',
  photo: '',
}
const noCode = { size: 1, isDark: () => false }

const red = (): string => {
  const png = new PNG({ width: 8, height: 8 })
  for (let at = 0; at < png.data.length; at += 4) png.data.set([200, 16, 16, 255], at)
  return PNG.sync.write(png).toString('base64')
}
const pixel = async (card: CardSubject, x: number, y: number): Promise<number[]> => {
  const { data, width, height } = PNG.sync.read(await images.card(card, '{}'))
  assert.deepEqual([width, height], [cardWidth, cardHeight])
  const at = (y * width + x) * 4
  return [...data.subarray(at, at + 3)]
}

test('a photo fills the portrait, without one the initials stand there', async () => {
  const [r = 0, g = 0] = await pixel({ ...subject, photo: red() }, 80, 220)
  assert.ok(r > 150 && g < 60, `${r} ${g}`)
  assert.deepEqual(await pixel(subject, 80, 220), await pixel({ ...subject, photo: 'not base64 at all' }, 80, 220))
})

test('the photo that KYC has of everybody is a JPEG that can be drawn, of some tens of kB', async () => {
  assert.deepEqual(await pixel({ ...subject, photo: portrait }, 80, 220), [128, 128, 128])
  assert.ok(portrait.startsWith('/9j/') && portrait.length > 20_000 && portrait.length < 32_000, `${portrait.length}`)
})

test('a photo that is no picture draws a card all the same, and never markup', async () => {
  for (const photo of ['/9j/AAAA', 'iVBORAAAA', `iVBOR"/><image href="/etc/hostname" width="9" height="9`, '/9j/\n"']) {
    await images.card({ ...subject, photo }, '{}')
    assert.ok(!cardSvg({ ...subject, photo }, noCode).includes('/etc/hostname'))
  }
})

test('names of any length, script and character are drawn', async () => {
  for (const name of [
    '',
    'A',
    'x'.repeat(99),
    `${'क्षी '.repeat(30)}${'w'.repeat(99)}`,
    'Rao <b>&"\'',
    'श्रीकृष्ण क्षीरसागर',
    'a\u200db',
    '🙂 Rao',
    'قریشی',
  ]) {
    assert.ok((await images.card({ ...subject, name, photo: '' }, '{}')).length > 1_000, name)
    assert.ok(!cardSvg({ ...subject, name }, noCode).includes('<b>'))
  }
})

test('sixteen cards at once are sixteen pictures, each of its own person', async () => {
  const drawn = await Promise.all(
    Array.from({ length: 16 }, (_, index) => images.card({ ...subject, name: `Person ${index}` }, `{"n":${index}}`)),
  )
  assert.equal(new Set(drawn.map((png) => png.toString('base64'))).size, 16)
})

test('a worker that dies takes down its own work only, and another one goes on', async () => {
  const mortal = `
    import { parentPort } from 'node:worker_threads'
    parentPort.on('message', ({ id, content }) => {
      if (content === 'die') throw new Error('dead')
      parentPort.postMessage({ id, png: Buffer.from(content) })
    })`
  const own = createImages(new URL(`data:text/javascript,${encodeURIComponent(mortal)}`))
  for (let round = 0; round < 3; round++) {
    await assert.rejects(own.qr('die'))
    assert.equal((await own.qr(`alive ${round}`)).toString(), `alive ${round}`)
  }
  await own.close()
})
