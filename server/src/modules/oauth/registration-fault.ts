/** A fault of a registration; `pointer` is a JSON pointer into the registration. */
export interface RegistrationFault {
  readonly pointer: string
  readonly code: string
  readonly detail: string
}
