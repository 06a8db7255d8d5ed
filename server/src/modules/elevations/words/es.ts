import type { ElevationWords } from './en.ts'

/** What an organisation is told of more access to it, in Spanish. */
export const ES: ElevationWords = {
  asks: ({ person, partner }) => [
    `${person}, de ${partner}, pide más acceso`,
    `${person}, de ${partner}, pide más acceso a su organización durante un tiempo. Solo funciona si usted lo aprueba.`,
  ],
  started: ({ person, partner, until }) => [
    `${person}, de ${partner}, tiene más acceso durante un tiempo`,
    `${person}, de ${partner}, tiene más acceso a su organización hasta el ${until}. Puede terminarlo en cualquier momento.`,
  ],
  lets: (person, minutes) => `Lo que ${person} puede hacer durante ${minutes} minutos:`,
  why: (reason) => `Por qué: «${reason}»`,
  given: (reason) => `Motivo indicado: «${reason}»`,
  reference: (id) => `Este correo no da acceso por sí mismo. Referencia ${id}.`,
}
