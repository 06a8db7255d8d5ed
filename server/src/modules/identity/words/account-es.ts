import type { AccountWords } from './account-en.ts'

/** What the pages of the own account, and the mails about it, say in Spanish. */
export const ACCOUNT_ES: AccountWords = {
  title: 'Su cuenta',
  lead: 'Lo que cambie aquí vale dondequiera que trabaje.',
  save: 'Guardar',
  back: 'Volver',
  backToWork: 'Volver al trabajo',
  name: 'Nombre',
  nameMissing: 'Escriba su nombre, de 200 caracteres como máximo.',
  shortcuts: 'Atajos de teclado de una letra',
  shortcutsHint:
    'Letras como «g t» sirven para moverse por el portal. Nunca actúan mientras escribe en un campo.',
  language: 'Idioma',
  languageHint:
    'Para los correos que recibe, para las páginas de inicio de sesión y de su cuenta, y para aquellas en las que decide sobre un acceso. El portal está en inglés.',
  anyLanguage: 'El de mi navegador',
  anyLanguageHint:
    'Los correos van entonces en el idioma en que se autorizó un acceso o, si no lo hay, en inglés.',
  saved: {
    profile: 'Guardado.',
    password: 'Su contraseña se ha cambiado y sus demás sesiones han terminado.',
    factor: 'Sus segundos factores se han cambiado.',
    session: 'La sesión ha terminado.',
    sessions: 'Todas las demás sesiones han terminado.',
  },
  passwordTitle: 'Contraseña',
  passwordLead: 'Al cambiarla terminan todas sus demás sesiones.',
  change: {
    title: 'Cambiar su contraseña',
    lead: 'Sus demás sesiones terminan, y usted recibe un correo sobre ello.',
    current: 'Contraseña actual',
    button: 'Cambiar la contraseña',
    keep: 'Conservar la anterior',
    wrong: 'La contraseña actual no es correcta.',
  },
  factors: {
    title: 'Segundos factores',
    app: 'Aplicación de autenticación',
    appNote: 'Códigos que cambian cada 30 segundos',
    codes: 'Códigos de recuperación',
    codesLeft: (left) => `${left} de 10 disponibles`,
    newCodes: 'Crear códigos nuevos',
    passkeyUsed: (made, used) => `Llave de acceso · creada el ${made} · último uso el ${used}`,
    passkeyUnused: (made) => `Llave de acceso · creada el ${made} · sin usar todavía`,
    remove: 'Quitar',
    removeWhat: (label) => `Quitar ${label}`,
    removeApp: 'Quitar la aplicación de autenticación',
    needed: 'Usted no tiene segundo factor. Necesita uno para trabajar aquí.',
    advised: 'Usted no tiene segundo factor. Una contraseña sola se puede robar o adivinar.',
    addPasskey: 'Añadir una llave de acceso',
    addApp: 'Añadir una aplicación de autenticación',
  },
  removal: {
    staysTitle: 'Este factor tiene que quedarse',
    stays:
      'Es su único segundo factor, y aquello con lo que trabaja aquí exige uno. Añada antes otro y después quite este.',
    last: 'Después, su contraseña sola abrirá su cuenta, y sus códigos de recuperación también desaparecerán.',
    others: 'Sus demás segundos factores no cambian.',
    keep: 'Conservarlo',
    appTitle: '¿Quitar la aplicación de autenticación?',
    passkeyTitle: (label) => `¿Quitar la llave de acceso «${label}»?`,
    passkey: 'Quitar la llave de acceso',
  },
  sessions: {
    title: 'Dónde tiene la sesión iniciada',
    here: 'Este navegador',
    end: 'Terminar',
    endWhat: (browser) => `Terminar la sesión de ${browser}`,
    endOthers: 'Terminar todas las demás sesiones',
    unknownAddress: 'dirección desconocida',
    line: (address, since, seen) => `${address} · sesión iniciada el ${since} · última actividad el ${seen}`,
    byPassword: (at) => `${at} con contraseña`,
    byCode: (at) => `${at} con código`,
    byPasskey: (at) => `${at} con llave de acceso`,
    note: 'Una sesión termina 12 horas después de iniciarla, o tras media hora sin actividad.',
  },
  record: {
    title: 'Qué se guarda de usted',
    lead: 'Su nombre y su dirección, dónde trabaja, sus inicios de sesión y lo que ha hecho. Para que se borre, diríjase al administrador de su organización o al proveedor.',
    download: 'Descargar lo que se guarda de usted',
  },
  mails: {
    hello: 'Hola:',
    helloName: (name) => `Hola, ${name}:`,
    notYou:
      'Si no ha sido usted, establezca de inmediato una contraseña nueva y termine sus demás sesiones en la página de su cuenta.',
    reset: {
      subject: (provider) => `Establecer una contraseña nueva para ${provider}`,
      lead: 'Alguien, probablemente usted, ha pedido una contraseña nueva para esta dirección. Abra esta página en los próximos 30 minutos; funciona una sola vez:',
      stays:
        'Su segundo factor no cambia y se le seguirá pidiendo. Si no ha pedido nada, no haga nada: su contraseña no ha cambiado.',
    },
    newPlace: {
      subject: (provider) => `Nuevo inicio de sesión en ${provider}`,
      lead: (browser, network, at) =>
        `Su cuenta se ha abierto con ${browser} desde la dirección de red ${network} el ${at}. En los últimos 90 días no se había abierto desde allí, o no con un navegador así.`,
      you: 'Si ha sido usted, no haga nada.',
    },
    password: {
      subject: 'Su contraseña se ha cambiado',
      lead: (provider) =>
        `La contraseña de su cuenta de ${provider} se ha cambiado, y sus demás sesiones han terminado.`,
    },
    factors: {
      subject: 'Sus segundos factores se han cambiado',
      appAdded: (provider) => `Se ha añadido una aplicación de autenticación a su cuenta de ${provider}.`,
      appRemoved: (provider) => `Se ha quitado la aplicación de autenticación de su cuenta de ${provider}.`,
      passkeyAdded: (provider, label) =>
        `Se ha añadido la llave de acceso «${label}» a su cuenta de ${provider}.`,
      passkeyRemoved: (provider, label) =>
        `Se ha quitado la llave de acceso «${label}» de su cuenta de ${provider}.`,
      codesRenewed: (provider) =>
        `Se han creado códigos de recuperación nuevos para su cuenta de ${provider}; los anteriores ya no funcionan.`,
    },
  },
}
