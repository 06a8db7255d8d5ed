/** What a harness does with how it was called. */
export interface Harness<Order> {
  /** One line that says how to call it. */
  readonly usage: string
  /** Takes what it was called with; throws a sentence about what cannot be. */
  readonly read: () => Order
  /** Does the work, and says whether everything was as it must be. */
  readonly run: (order: Order) => Promise<boolean>
}

const storyOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)

/**
 * Runs a harness from the command line. The process ends with 0 (sound), 1 (not sound, or a fault) or 2 (called
 * wrongly), as the commands of the product do.
 */
export async function runHarness<Order>({ usage, read, run }: Harness<Order>): Promise<void> {
  if (process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) {
    console.log(`Usage: ${usage}`)
    return
  }
  let order: Order
  try {
    order = read()
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\nUsage: ${usage}`)
    process.exitCode = 2
    return
  }
  try {
    process.exitCode = (await run(order)) ? 0 : 1
  } catch (error) {
    console.error(storyOf(error))
    process.exitCode = 1
  }
}
