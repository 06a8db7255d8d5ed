import type { HomeWords } from './en.ts'

/** What organisations are told, in Spanish. */
export const ES: HomeWords = {
  news: {
    asked: ({ person, tenant, partner, answerBy }) => ({
      subject: `${tenant} y ${partner} serían una sola organización: confírmelo o retírelo`,
      sentence: `${person} indica que ${tenant} y el socio ${partner} son una sola organización. Su organización pide dos personas, así que otra lo confirma, hasta el ${answerBy}. Hasta entonces, y antes de que el socio acepte, no se abre nada.`,
    }),
    offered: ({ person, tenant, partner, answerBy }) => ({
      subject: `Se ha preguntado a ${partner} si es ${tenant}`,
      sentence: `${person} indica que ${tenant} y el socio ${partner} son una sola organización. El socio puede aceptarlo hasta el ${answerBy}. Desde entonces, sus aplicaciones usan las cuentas de su organización sin un consentimiento.`,
    }),
    withdrawn: ({ person, tenant, partner }) => ({
      subject: `Se ha retirado que ${tenant} es ${partner}`,
      sentence: `${person} ha retirado que ${tenant} y el socio ${partner} son una sola organización. No se ha abierto nada.`,
    }),
    accepted: ({ person, tenant, partner }) => ({
      subject: `${partner} es ${tenant} desde ahora`,
      sentence: `${person} ha aceptado por ${partner} que es una sola organización con ${tenant}. Desde ahora, sus aplicaciones pueden usar las cuentas de ${tenant} sin un consentimiento. Cualquier administrador puede ponerle fin en todo momento.`,
    }),
    declined: ({ person, tenant, partner }) => ({
      subject: `${partner} dice que no es ${tenant}`,
      sentence: `${person} ha rechazado por ${partner} que sea una sola organización con ${tenant}. No se ha abierto nada.`,
    }),
    ended: ({ person, tenant, partner }) => ({
      subject: `${partner} ya no es ${tenant}`,
      sentence: `${person} ha puesto fin a que ${tenant} y el socio ${partner} sean una sola organización. Sus aplicaciones ya no usan las cuentas de ${tenant}, y nada de lo que revende se les factura.`,
    }),
  },
  reason: (reason) => `Motivo indicado: «${reason}»`,
}
