import type { LinkNewsWords } from './news-en.ts'

/** What customers are written about links, in Spanish. */
export const NEWS_ES: LinkNewsWords = {
  partner: 'Un socio',
  yourOrganisation: 'su organización',
  until: (end) => `hasta el ${end}`,
  endless: 'sin fin',
  endsOn: (end) => `termina el ${end}`,
  renewsOn: (end) => `se renovará automáticamente el ${end}`,
  neverEnds: 'no tiene fin',
  version: (version) => `la versión ${version}`,
  versionAdds: (version, added) => `la versión ${version} añade lo siguiente: ${added}`,
  by: (who, at) => `Lo hizo ${who} el ${at}.`,
  provider: 'el proveedor',
  added: (sentences) => `Permitido desde ahora: ${sentences}.`,
  removed: (sentences) => `Ya no está permitido: ${sentences}.`,
  lasts: (until) => `El acceso dura ${until}.`,
  takeBack:
    'Puede retirarlo en cualquier momento: permita menos, o detenga el acceso, en «Acceso de socios».',
  keeps: (partner) =>
    `Ya no abre nada. ${partner} conserva lo que descargó antes: compruebe con ${partner} qué conserva y para qué.`,
  reason: (reason) => `Motivo indicado: «${reason}»`,
  unknown: (page) => `¿No los conoce? Díganoslo: ${page}`,
  reference: (id) => `Este correo no da acceso por sí mismo. Referencia ${id}.`,
  sentences: {
    requested: ({ partner, tenant, role, until, about }) =>
      `${partner} solicita acceso a ${tenant} con la función ${role}, ${until}. No se comparte nada hasta que usted decida. La solicitud espera hasta el ${about}; después caduca.`,
    withdrawn: ({ partner }) => `La solicitud de ${partner} se ha retirado. No se comparte nada.`,
    approved: ({ partner, role, until }) => `${partner} tiene acceso con la función ${role}, ${until}.`,
    approved_ahead: ({ partner, role, until }) =>
      `${partner} tendrá acceso con la función ${role}, ${until}. Todavía no ha empezado; se le avisará cuando empiece.`,
    second_factor: ({ partner }) =>
      `El acceso de ${partner} no ha empezado: nadie de ${partner} ha configurado todavía un segundo paso de inicio de sesión. Empezará por sí solo en cuanto alguien lo haga.`,
    declined: ({ partner }) => `La solicitud de ${partner} se ha rechazado. No se comparte nada.`,
    activated: ({ partner, role, until }) =>
      `El acceso de ${partner} con la función ${role} ha empezado, ${until}.`,
    suspended: ({ partner }) => `El acceso de ${partner} está suspendido.`,
    resumed: ({ partner, until }) => `El acceso de ${partner} vuelve a funcionar, ${until}.`,
    renewed: ({ partner, until }) => `El acceso de ${partner} se ha prolongado, ${until}.`,
    changed: ({ partner }) => `Se ha cambiado lo que ${partner} puede hacer.`,
    change_asked: ({ partner }) =>
      `${partner} solicita cambiar su acceso. Conserva lo que tiene hasta que usted decida.`,
    second_needed: ({ partner, tenant, about }) =>
      `${about} ha aceptado abrir más de ${tenant} a ${partner}. Falta una segunda persona; hasta entonces nada cambia.`,
    expiring: ({ partner, ending }) => `El acceso de ${partner} ${ending}.`,
    expired: ({ partner }) => `El acceso de ${partner} ha terminado. Se puede renovar durante 30 días.`,
    lapsed: ({ partner }) => `La solicitud de ${partner} ha caducado sin respuesta. No se comparte nada.`,
    revoked: ({ partner }) => `El acceso de ${partner} se ha detenido.`,
    review_due: ({ partner, about }) =>
      `¿Sigue siendo adecuado el acceso de ${partner}? Confírmelo antes del ${about}, o redúzcalo.`,
    review_overdue: ({ partner }) =>
      `El acceso de ${partner} está suspendido, porque nadie ha confirmado que siga siendo adecuado.`,
    reviewed: ({ partner, about }) =>
      `El acceso de ${partner} se ha confirmado. La próxima revisión corresponde al ${about}.`,
    first_used: ({ partner, about }) => `Primer uso del acceso de ${partner} por ${about}.`,
    auto_renew_on: ({ partner, ending }) =>
      `El acceso de ${partner} se renueva desde ahora por sí solo: ${ending}.`,
    auto_renew_off: ({ partner, until }) =>
      `El acceso de ${partner} ya no se renueva por sí solo, dura ${until}.`,
    role_version: ({ partner, role, about }) =>
      `Hay una versión nueva de la función ${role}. ${partner} conserva la anterior hasta que usted acepte la nueva: ${about}.`,
    role_updated: ({ partner, role }) =>
      `${partner} trabaja ahora con la última versión de la función ${role}.`,
    handed_over: ({ partner, about }) => `El trabajo de ${partner} pasa a ${about}.`,
    attested: ({ partner, role, about }) =>
      `El proveedor ha registrado que ${partner} tiene acceso con la función ${role}, en virtud de un contrato. Si no es correcto, opóngase antes del ${about}.`,
    unused: ({ partner, about }) =>
      `Nadie de ${partner} puede usar todavía el acceso. Motivo, en inglés: ${about}.`,
    invitation_declined: ({ partner }) => `${partner} ha rechazado su invitación. No se comparte nada.`,
  },
}
