/** The only source of the current time in the server's own code; decisions take it as an argument. */
export type Clock = () => Date

/** The machine's clock. What must agree between processes uses the database's clock instead. */
export const systemClock: Clock = () => new Date()
