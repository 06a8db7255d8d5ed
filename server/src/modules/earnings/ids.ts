import { randomBytes } from 'node:crypto'

const COUNTER_BITS = 12
const COUNTER_MASK = (1 << COUNTER_BITS) - 1

/**
 * Makes UUIDs of version 7 (RFC 9562) that rise in the order in which they are made, beginning at an instant. The rows
 * of one statement refer to each other, so their ids are made before they are written.
 */
export function makeIdSource(from: Date): () => string {
  let made = 0
  return () => {
    const milliseconds = from.getTime() + (made >> COUNTER_BITS)
    const counter = made & COUNTER_MASK
    made += 1
    const time = milliseconds.toString(16).padStart(12, '0')
    const random = randomBytes(8)
    random[0] = ((random[0] ?? 0) & 0x3f) | 0x80
    const tail = random.toString('hex')
    const head = `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}`
    return `${head}-${tail.slice(0, 4)}-${tail.slice(4)}`
  }
}
