import { html } from '#platform/html.ts'
import { NAME_WORDS } from '#platform/words/name-words.ts'
import type { ConsentWords } from './en.ts'

/** What the pages of consents say in Spanish. Names of pages of the portal stay as they stand there. */
export const ES: ConsentWords = {
  actions: {
    'order.create': 'Hacer pedidos, que cuestan dinero',
    'order.read': 'Ver los pedidos',
    'order.update': 'Modificar pedidos en curso, lo que puede costar dinero',
    'order.cancel': 'Cancelar pedidos en curso',
    'service.read': 'Ver los servicios en uso',
    'account.read': 'Ver la cuenta de facturación y quién la paga',
    'invoice.read': 'Ver las facturas de la cuenta de facturación',
  },
  groups: {
    read: 'Ver',
    change: 'Modificar',
    spend: 'Gastar dinero',
    spendHint: 'Cada pedido aparece en la factura de quien paga la cuenta.',
  },
  never: [
    'Ver o modificar sus usuarios, contraseñas o forma de pago',
    'Ver o usar cualquier otra cuenta',
    'Ceder este acceso a otra persona',
    'Decidir quién paga o cambiar lo que se le permite',
  ],
  hours: { one: 'hora', other: 'horas' },
  days: { one: 'día', other: 'días' },
  and: (one, other) => `${one} y ${other}`,
  quoted: (text) => html`«${text}»`,
  namelessPartner: NAME_WORDS.es.nameless,
  namelessApp: NAME_WORDS.es.namelessApp,
  payer: {
    nobody: 'Nadie figura como pagador de esta cuenta: los pedidos se rechazarán.',
    other: (name, ban) => `Paga ${name}, en su cuenta ${ban}. Nada aparece en su factura.`,
    you: 'Paga usted: los pedidos aparecen en la factura de esta cuenta.',
    yourOther: (ban) => `Paga usted: los pedidos aparecen en la factura de la cuenta ${ban}.`,
  },
  kinds: {
    referral: 'socio de referencias',
    reseller: 'revendedor',
    wholesaler: 'mayorista',
    msp: 'proveedor de servicios gestionados',
    enterprise_hq: 'sede central de empresa',
    auditor: 'auditor',
    white_label: 'socio de marca blanca',
    agency: 'agencia',
  },
  who: {
    title: 'Quién',
    verified: (partnerOfKinds, provider, since) =>
      html`${partnerOfKinds}, socio verificado de ${provider} desde el ${since}.`,
    legal: 'Razón social',
    legalLine: (name, provider) => html`${name}, verificada por ${provider}.`,
    support: 'Su asistencia',
    agreement: 'Acuerdo',
    agreementLine: (title, version, provider) => `${title}, versión ${version}, en vigor con ${provider}.`,
    app: 'Con qué aplicación',
    appSays: (client, description) => html`${client}: «${description}»`,
    sandbox: 'Entorno de pruebas: para hacer ensayos',
    why: 'Para qué, en sus propias palabras',
    noReason: 'No se ha indicado ningún motivo.',
    goBack: 'Usted vuelve a',
  },
  faults: NAME_WORDS.es.faults,
  accounts: {
    title: 'En qué cuentas',
    hint: 'No hay nada marcado hasta que usted lo marque.',
    all: (count, tenant) => `Las ${count} cuentas de ${tenant}`,
    allHint: 'Las que hay ahora. Las cuentas que se añadan después no se comparten.',
    find: 'Buscar cuentas por nombre o número',
    findButton: 'Buscar',
    showAll: 'Mostrar todas las cuentas',
    found: (count, text) =>
      `${count === 1 ? '1 cuenta coincide' : `${count} cuentas coinciden`} con «${text}». Las que ha marcado siguen marcadas.`,
    foundNone: (text) => `Ninguna cuenta coincide con «${text}». Las que ha marcado siguen marcadas.`,
    cut: (count) => `Se muestran las primeras ${count} cuentas; busque las demás por nombre o número.`,
    tooMany: (most) => `Elija como máximo ${most} cuentas`,
    tooManyTogether: (most, held) =>
      `Elija menos cuentas: con las que ya se comparten (${held}), un acceso abarca como máximo ${most}`,
    ban: (ban) => `Cuenta de facturación ${ban}.`,
    suggested: (partner) => `${partner} sugiere esta.`,
    shared: 'Ya compartida con este socio.',
    closed: 'Esta cuenta está cerrada.',
    shut: (name, ban, why) => `${name} (cuenta de facturación ${ban}) no se puede compartir: ${why}`,
    moreShut: (count) =>
      `Tampoco se ${count === 1 ? 'puede compartir 1 cuenta' : `pueden compartir ${count} cuentas`} más.`,
    line: (name, ban, pays) => html`${name}, cuenta de facturación ${ban}. ${pays}`,
    choose: 'Elija al menos una cuenta',
    cannotShare: (ban) => `La cuenta ${ban} no se puede compartir`,
    ownOnly: (tenant) => `Elija entre las cuentas de ${tenant}`,
  },
  what: {
    title: 'Qué se permitirá',
    lead: 'No hay nada marcado hasta que usted lo marque. Lo que no marque queda cerrado.',
    choose: 'Marque al menos una cosa que se permitirá, o no autorice la solicitud',
    needed: 'Imprescindible',
    neededLead: (client) =>
      html`Lo marcado como «Imprescindible» forma parte de toda autorización de ${client}: sin ello no
      funciona. Lo demás no está marcado hasta que usted lo marque.`,
  },
  orders: {
    label: (currency) => `Importe máximo de los pedidos al mes, en ${currency}`,
    hint: 'Cuentan los gastos únicos de cada pedido y su primer mes. Sin importe, no hay límite.',
    coming:
      'Hacer pedidos ya está permitido. Aquí se trata de cuentas en una moneda que aún no figura en la autorización.',
    unread: (currency) =>
      `Indique el importe máximo de los pedidos como una cantidad en ${currency}, por ejemplo 5000`,
    upTo: (amount) => `Los pedidos pueden costar hasta ${amount} por mes natural.`,
    unlimited: 'No hay límite para el importe de los pedidos.',
    unlimitedIn: (currency) => `No hay límite para el importe de los pedidos en ${currency}.`,
  },
  bound: {
    title: 'Cuánto tarda una interrupción en surtir efecto',
    label: 'Segundos hasta que una interrupción surta efecto en todas partes',
    hint: 'Si lo deja vacío, una interrupción surte efecto en la siguiente llamada; los pocos sistemas que comprueban el acceso por sí mismos lo notan a los cinco minutos como máximo. Un número del 1 al 299 cierra esos sistemas a este acceso: cada llamada se decide de nuevo.',
    unread: (most) =>
      `Indique cuánto puede tardar una interrupción, en segundos enteros del 1 al ${most}, o déjelo vacío`,
    kept: (seconds) =>
      `Una interrupción surte efecto en todas partes en ${seconds} ${seconds === 1 ? 'segundo' : 'segundos'} como máximo: cada llamada se decide de nuevo.`,
  },
  networks: {
    title: 'De dónde vienen las llamadas',
    label: 'Solo desde estas redes',
    hint: 'Direcciones o intervalos como 192.0.2.0/24, uno por línea; pregunte al socio por los suyos. Si lo deja vacío, las llamadas pueden venir de cualquier sitio.',
    unread: (networks) => `No es una dirección ni un intervalo: ${networks}`,
    tooMany: (most) => `Indique como máximo ${most} redes`,
    kept: (networks) => `Solo funciona desde ${networks}: cada llamada se decide de nuevo.`,
  },
  until: {
    title: 'Hasta cuándo',
    label: 'Último día',
    hint: (day) =>
      `El acceso empieza cuando usted lo autoriza. Como muy tarde, el ${day}; puede elegir un día anterior.`,
    unread: 'Escriba el último día como fecha, por ejemplo 2027-03-31',
    past: 'Elija un último día que esté por venir',
    late: 'El último día puede ser anterior al solicitado, no posterior',
    span: (end, long) => `Desde ahora hasta el ${end} (${long}). Después termina por sí solo.`,
  },
  rules: {
    two: 'Autorizan dos personas: después de usted, otro administrador.',
    from: (ranges) => `Solo funciona desde ${ranges}.`,
    hours: 'Solo funciona en las horas que fijan sus reglas de acceso para socios.',
  },
  limits: {
    title: 'Lo que no podrá hacer, elija lo que elija',
    titleNow: 'Lo que esto no permite, elija lo que elija',
    leave: (tenant) => `Si usted deja ${tenant}, otro administrador tiene 14 días para confirmar el acceso.`,
    stop: 'Puede detener o limitar este acceso en cualquier momento: Home y después Partner access. Surte efecto en la siguiente llamada.',
  },
  titles: {
    create: (partner, tenant) => `¿Permitir que ${partner} trabaje en cuentas de ${tenant}?`,
    merge: (partner) => `¿Permitir a ${partner} más que ahora?`,
    replace: (partner) => `¿Cambiar el acceso de ${partner} por otro?`,
    now: (partner) => `¿Aprobar esta solicitud de ${partner}?`,
  },
  now: {
    orders:
      'Las palabras son del socio y nadie las compara con lo que pide: hasta que esto termine, también podría hacer otros pedidos.',
    acts: 'Las palabras son del socio y nadie las compara con lo que hace.',
    stays: (partner) => `Lo que ${partner} ya tenía permitido no cambia.`,
  },
  before: {
    title: 'Lo que ya tiene permitido',
    can: 'Ahora puede',
    on: 'En',
    until: 'Hasta el',
    merge: 'Lo que elija abajo se añade a lo que ya tiene. Si no autoriza, todo queda como está.',
    replace: 'Lo que elija abajo sustituye a lo que tiene, que termina en el mismo momento.',
  },
  review: {
    lead: (partner, tenant) => `${partner} nunca recibe su contraseña. Esto afecta solo a ${tenant}.`,
    confirm: 'Confirme su identidad antes de decidir.',
    confirmButton: 'Confirmar mi identidad',
    stale: 'La solicitud cambió mientras la leía. Vuelva a leerla.',
  },
  buttons: {
    decline: 'No autorizar',
    goOn: 'Continuar',
    back: 'Volver',
    backTo: (client) => `Volver a ${client}`,
    allow: (partner) => `Autorizar a ${partner}`,
    change: 'Cambiar lo elegido',
    see: 'Verlo en Partner access',
    decide: 'Leer y decidir',
    print: 'Imprimir o guardar',
  },
  check: {
    title: 'Compruebe antes de autorizar',
    second: (first, until) =>
      `${first} ya lo ha aprobado. Su organización pide dos personas; usted sería la segunda. La solicitud espera hasta el ${until}.`,
    firstGone: (first, until) =>
      `${first} lo había aprobado y ya no decide por su organización, así que esa aprobación no cuenta. Se piden dos personas; usted sería la primera. La solicitud espera hasta el ${until}.`,
    can: (partner) => `${partner} podrá`,
    canNow: (partner) => `Con esto, ${partner} podrá`,
    cannot: (partner) => `${partner} no podrá`,
    cannotNow: (partner) => `Con esto, ${partner} no podrá`,
    accounts: 'En estas cuentas',
    long: 'Cuánto tiempo',
    whom: 'Para quién',
    whomOnly: (tenant) => `Solo para ${tenant}. No se puede ceder.`,
    sees: 'Quién lo ve',
    seesAll: 'Usted ve todo lo que se hace con este acceso, en Partner access.',
    rules: 'Sus reglas',
  },
  done: {
    open: (partner) => `${partner} espera su respuesta`,
    waiting: () => 'A la espera de una segunda persona',
    approved: (partner) => `${partner} ya tiene acceso`,
    denied: (partner) => `${partner} no tiene acceso`,
    ended: () => 'Esta solicitud ha caducado',
    waitingLead: (tenant, until) =>
      `Todavía no se comparte nada. Se ha avisado a otro administrador de ${tenant}, que decide hasta el ${until}.`,
    mailed: 'Todos los administradores reciben un correo con lo mismo.',
    nothing: 'No se comparte nada.',
    beginAgain: 'Empiece de nuevo desde donde vino.',
    declined: 'Usted no lo ha autorizado',
  },
  receipt: {
    who: 'Quién',
    with: (partner, client) => html`${partner}, con ${client}`,
    can: 'Puede',
    orders: 'Pedidos',
    on: 'En',
    until: 'Hasta el',
    by: 'Decidido por',
    reference: 'Referencia',
  },
  blocked: (partner) => `Ahora no se puede dar acceso a ${partner}`,
  blocks: {
    partner: (partner, provider) =>
      `${partner} no está activo en ${provider} en este momento. Lo estaba cuando hizo la solicitud.`,
    client: (client) => `La aplicación ${client} se ha detenido.`,
    referral: (partner) => `${partner} solo recomienda clientes; no puede tener acceso a ninguna cuenta.`,
    lookAlike: (provider) => `Un nombre se parece al de ${provider}, y ${provider} no lo ha verificado.`,
    tenantSandbox: (tenant) =>
      `${tenant} es un entorno de pruebas; una aplicación real solo funciona con organizaciones reales.`,
    clientSandbox: (client) =>
      `${client} es una aplicación de pruebas; solo funciona con entornos de pruebas.`,
    nobodyAsks: (tenant) => `Las reglas de ${tenant} no permiten que ningún socio solicite acceso.`,
    listedAsk: (tenant, partner) =>
      `Las reglas de ${tenant} solo permiten que soliciten acceso los socios de una lista; ${partner} no está en ella.`,
    unlistedAsk: (tenant, partner) =>
      `Las reglas de ${tenant} no permiten que soliciten acceso los socios de una lista; ${partner} está en ella.`,
    ranOut: 'La solicitud caducó diez minutos después de hacerse. Empiece de nuevo desde donde vino.',
    noSecond: (until) => `Ninguna segunda persona lo aprobó antes del ${until}.`,
    gone: (tenant) => `El acceso que se quiere cambiar no es de ${tenant}, o ha terminado.`,
    nothingAsked: 'La aplicación no pide nada para lo que esté registrada.',
    noAccount: (tenant) => `${tenant} no tiene ninguna cuenta de facturación que compartir.`,
    answered: 'Otra persona ya ha respondido.',
    undecided: (until) => `Nadie decidió sobre esto antes del ${until}.`,
    notHeld: 'El acceso en el que se basa esta solicitud ha terminado o está en pausa.',
    late: (until) => `Se podía responder hasta el ${until}. No se comparte nada.`,
    takenBack: (partner) => `${partner} ha retirado esta solicitud.`,
  },
  choose: {
    title: '¿Para qué organización?',
    lead: (partner, client) =>
      html`${partner} solicita acceso con ${client}. Este socio nunca recibe su contraseña.`,
    adminsOnly: (tenant) => `${tenant}: solo sus administradores pueden autorizar un acceso.`,
    askThem: 'Pídaselo a uno de ellos',
    isSandbox: (tenant) => `${tenant}: es un entorno de pruebas, y esta aplicación es real.`,
    isReal: (tenant) => `${tenant}: esta aplicación de pruebas solo funciona con entornos de pruebas.`,
    none: 'Usted no pertenece a ninguna organización que pueda autorizarlo.',
    notYou: 'Usted no puede autorizarlo. No se comparte nada hasta que decida alguien que pueda hacerlo.',
    one: 'La respuesta vale para la organización que elija.',
    many: 'Puede decidir por más de una organización. La respuesta vale para la que elija.',
  },
  asked: {
    more: (partner) => `${partner} solicita más acceso`,
    now: (partner) => `${partner} le pide que apruebe algo`,
    ask: (partner) => `${partner} solicita acceso`,
    moreLead: (partner, tenant, client) =>
      html`${partner} ya tiene acceso a cuentas de ${tenant} con ${client}. No se comparte nada más hasta que
      usted lo autorice.`,
    nowLead: (partner, tenant, client) =>
      html`${partner} ya tiene acceso a cuentas de ${tenant} con ${client}. Esto se autorizaría además, y solo
      si usted quiere.`,
    askLead: (partner, client) =>
      html`${partner} solicita trabajar en cuentas de su organización con ${client}. Usted elige en cuáles, y
      no se comparte nada hasta que lo autorice. Este socio nunca recibe su contraseña.`,
    asksFor: 'Qué solicita',
    on: 'En la cuenta de facturación que indica',
    why: 'Para qué, en sus propias palabras',
    message: 'Para qué es, según el socio',
    couldDo: 'Qué podría hacer entonces',
    long: 'Cuánto tiempo',
    atMost: (hours) => `Como máximo ${hours}; después termina por sí solo.`,
    compare: (partner, until) =>
      `Compare esto con lo que ${partner} le muestra o le dice. Si no lo esperaba, no lo autorice. Puede responder hasta el ${until}.`,
    allowed: 'Se autorizó.',
    notAllowed: 'No se autorizó; nada ha cambiado.',
    notAllowedNow: 'No se autorizó; no se ha compartido nada.',
    waits: 'Una persona lo ha autorizado; una segunda decide en Partner access.',
    lapsed: (until) => `Nadie decidió antes del ${until}; nada ha cambiado.`,
    lapsedNow: (until) => `Se podía responder hasta el ${until}. No se ha compartido nada.`,
  },
  problems: {
    altered: 'El formulario pide más de lo que se solicitó; no se ha cambiado nada.',
    changed: 'Esto ha cambiado desde que lo leyó; no se ha autorizado nada.',
    over: 'Alguien ya ha respondido a esta solicitud.',
    second: 'Usted ya lo ha aprobado; también debe aprobarlo otro administrador.',
  },
}
