/** The photo that UIDAI has of everybody here: a grey square of nobody, as heavy as a real one. */

/** A photo of ABDM's has tens of kB; the picture itself takes some hundred bytes. */
const fillerBytes = 20_000

const segment = (marker: number, content: Buffer): Buffer => {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(content.length + 2, 2)
  return Buffer.concat([head, content])
}

/** A Huffman table of one code, a single bit that stands for "nothing here". */
const onlyZero = (table: number): Buffer => Buffer.from([table, 1, ...Array<number>(15).fill(0), 0])

/** A baseline JPEG of 8 by 8 pixels: one grey block, without any difference to the middle grey. */
const jpeg = (): Buffer =>
  Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1')),
    segment(0xfe, Buffer.alloc(fillerBytes, 'Synthetic: the photo of nobody. ')),
    segment(0xdb, Buffer.from([0, ...Array<number>(64).fill(1)])),
    segment(0xc0, Buffer.from([8, 0, 8, 0, 8, 1, 1, 0x11, 0])),
    segment(0xc4, onlyZero(0x00)),
    segment(0xc4, onlyZero(0x10)),
    segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    // Both codes, then ones to the end of the byte.
    Buffer.from([0x3f, 0xff, 0xd9]),
  ])

/** Base64. One for the whole process, so that an answer costs no more than a reference. */
export const portrait = jpeg().toString('base64')
