import { setImmediate } from 'node:timers/promises'

/**
 * Makes something of every item, one after the other, and lets everything else that waits have its turn in between: long
 * work of ours must not keep requests, or the answers of the database, waiting.
 */
export async function mapStepByStep<Item, Made>(
  items: readonly Item[],
  make: (item: Item) => Made,
): Promise<Made[]> {
  const made: Made[] = []
  for (const item of items) {
    made.push(make(item))
    await setImmediate()
  }
  return made
}
