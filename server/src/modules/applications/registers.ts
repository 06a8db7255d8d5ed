/** A company as an application names it. */
export interface NamedCompany {
  readonly name: string
  readonly country: string | null
  readonly registrationNo: string | null
}

/** What a register says of a company. */
export type RegisterAnswer =
  | { readonly is: 'found'; readonly name: string }
  | { readonly is: 'not_found' | 'dissolved' | 'not_asked' }

/** A register of companies. Adapters ask one of the world's registers. */
export interface CompanyRegister {
  /** Who answered, as the reviewer reads it. */
  readonly name: string
  find(company: NamedCompany): Promise<RegisterAnswer>
}

/** Lists of whom nobody may do business with. */
export interface SanctionsList {
  readonly name: string
  /** Names on the lists that are this name or close to it. */
  findMatches(names: readonly string[]): Promise<readonly string[]>
}

export interface Registers {
  readonly companies: CompanyRegister
  readonly sanctions: SanctionsList
}

const last = (text: string) => text.replaceAll(/[^0-9A-Za-z]/g, '').slice(-1)

/**
 * Registers that answer from the question alone, for development and until an operator connects real ones; they say so in
 * their name. A company number that ends in 0 is not found, in 9 dissolved; a name with the word "embargo" is on a list.
 */
export const SIMULATED_REGISTERS: Registers = {
  companies: {
    name: 'simulated',
    async find({ name, registrationNo }) {
      if (registrationNo === null) return { is: 'not_asked' }
      if (last(registrationNo) === '0') return { is: 'not_found' }
      return last(registrationNo) === '9' ? { is: 'dissolved' } : { is: 'found', name }
    },
  },
  sanctions: {
    name: 'simulated',
    findMatches: async (names) => names.filter((name) => /\bembargo\b/i.test(name)),
  },
}
