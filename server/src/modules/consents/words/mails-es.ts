import type { ConsentMailWords } from './mails-en.ts'

/** What customers are written about the access of applications, in Spanish. */
export const MAILS_ES: ConsentMailWords = {
  minutes: { one: 'minuto', other: 'minutos' },
  yourOrganisation: 'su organización',
  subjects: {
    granted: ({ partner, client, tenant }) => `${partner} tiene acceso a cuentas de ${tenant} con ${client}`,
    waiting: ({ partner, tenant }) =>
      `Una segunda persona debe decidir sobre el acceso de ${partner} a ${tenant}`,
    declined: ({ partner, tenant }) =>
      `${partner} no obtiene acceso a ${tenant}: la solicitud no se autorizó`,
    narrowed: ({ partner, client }) => `Se ha limitado lo que ${partner} puede hacer con ${client}`,
    suspended: ({ partner, client }) => `El acceso de ${partner} con ${client} está suspendido`,
    resumed: ({ partner, client }) => `El acceso de ${partner} con ${client} vuelve a funcionar`,
    stopped: ({ partner, client }) => `El acceso de ${partner} con ${client} se ha detenido`,
    confirmed: ({ partner, client }) => `El acceso de ${partner} con ${client} se ha confirmado de nuevo`,
    approver_left: ({ partner }) =>
      `Quien autorizó el acceso de ${partner} ya no está: confírmelo en un plazo de 14 días`,
    expiring: ({ partner, client, until }) =>
      `El acceso de ${partner} con ${client} termina pronto: el ${until}`,
    still: ({ partner, client, tenant }) =>
      `${partner} sigue teniendo acceso a cuentas de ${tenant} con ${client}`,
    unused: ({ partner, client, tenant }) =>
      `${partner} no ha usado su acceso a ${tenant} con ${client} en los últimos 60 días`,
    expired: ({ partner, client }) => `El acceso de ${partner} con ${client} ha terminado`,
    lapsed: ({ partner, tenant }) =>
      `Ninguna segunda persona decidió sobre el acceso de ${partner} a ${tenant}`,
  },
  legal: (name, provider) => `Su razón social, verificada por ${provider}: ${name}.`,
  support: (contact) => `Su asistencia: ${contact}.`,
  agreement: (line) => `Su acuerdo: ${line}`,
  can: 'Qué se le permite:',
  accounts: 'En qué cuentas, y quién paga:',
  account: (name, ban, pays) => `- ${name} (${ban}): ${pays}`,
  until: (end) => `Hasta el ${end}; después termina por sí solo.`,
  lastUsed: (at) => `Último uso: ${at}.`,
  notUsed: 'No se ha usado en los últimos 90 días.',
  stopIt: 'Si ya nadie lo necesita, deténgalo: nada de lo que es suyo cambia.',
  why: (purpose) => `Para qué, en sus propias palabras: «${purpose}»`,
  by: (name) => `Autorizado por ${name}.`,
  byTwo: (second, first) => `Autorizado por ${second} y ${first}.`,
  change:
    'Puede cambiar o detener este acceso en cualquier momento en Partner access; surte efecto en la siguiente llamada. Consulte con el socio qué hace con lo que ya ha leído.',
  call: (phone) => `También puede detenerlo por teléfono: ${phone}.`,
  reason: (reason) => `Motivo indicado: «${reason}»`,
  approverLeft: 'Quien autorizó el acceso ya no está, y nadie lo ha confirmado.',
  givenBack: 'La propia aplicación renunció a él.',
  reference: (id) => `Este correo no da acceso por sí mismo. Referencia ${id}.`,
  more: {
    subject: ({ partner, client, tenant }) => `${partner} solicita a ${tenant} más acceso con ${client}`,
    asksFor: 'Qué solicita:',
    account: (hint) => `En la cuenta de facturación ${hint}, según indica.`,
    decide: (page) => `Decida en un plazo de siete días: ${page}`,
    nothing: 'No se comparte nada hasta que usted lo autorice. Este correo no da acceso por sí mismo.',
  },
  ask: {
    subject: (partner, client) => `${partner} le solicita acceso con ${client}`,
    lead: (partner, client) =>
      `${partner} solicita trabajar en las cuentas de su organización que usted elija, con ${client}. Qué podría hacer entonces:`,
    long: (days) => `Como máximo ${days}; después termina por sí solo.`,
    decide: (until, page) => `Decida hasta el ${until}: ${page}`,
    nothing: 'No se comparte nada hasta que usted lo autorice. Este correo no da acceso por sí mismo.',
    unknown: (page) => `¿No los conoce? Díganoslo: ${page}`,
  },
  now: {
    subject: ({ partner, tenant }) => `${partner} pide a ${tenant} que apruebe algo ahora`,
    lead: ({ partner, client, tenant }) =>
      `${partner} pide a ${tenant} que apruebe algo ahora, con ${client}.`,
    decide: (minutes, page) => `En esta página figura para qué es. Decida en un plazo de ${minutes}: ${page}`,
    nothing:
      'Si no esperaba esto, no haga nada: no se comparte nada hasta que usted lo autorice. Este correo no da acceso por sí mismo.',
  },
}
