"""What marks the end of somebody's own words, in the languages of common mail programs. Tables only; `reply` reads them.

Every pattern is matched against one line, or a few joined lines of bounded length.
"""

from __future__ import annotations

import re

# "On 3 May 2024 at 10:00, Jane <jane@example.org> wrote:": how such a line begins, where it can begin a wrapped one …
_HEADER_STARTS = (
    "on", "at", "am", "le", "el", "il", "em", "op", "den", "på", "pada", "dne", "dňa", "dnia", "w dniu", "la data", "vào", "lør", "tor", "fre", "man", "tir", "ons", "søn", "mån", "tis", "lör", "sön", "date", "mon", "tue",
    "wed", "thu", "fri", "sat", "sun", "в", "вт", "пн", "ср", "чт", "пт", "сб", "вс", "у", "на", "στις", "ב", "בתאריך", "في", "ในวันที่", "在", "于", "於",
)  # fmt: skip
# … and the verb it ends with
_WROTE = (
    "wrote", "writes", "said", "schrieb", "geschrieben", "a écrit", "écrit", "a ecrit", "escribió", "escribio", "ha scritto", "scrisse", "scritto",
    "escreveu", "schreef", "heeft het volgende geschreven", "geschreven", "skrev", "skrev følgende", "kirjoitti", "napisał", "napisał\\(a\\)", "napisała",
    "napisal", "napsal", "napsal\\(a\\)", "napísal", "írta", "a scris", "пишет", "написал", "написал\\(а\\)", "написала", "пише", "написав", "написа",
    "έγραψε", "yazdı", "şunları yazdı", "đã viết", "menulis", "napisao", "je napisao/la", "a rašė", "rašė", "kirjutas", "写道", "寫道", "のメール", "wrote", "님이 작성",
    "כתב", "كتب", "เขียนว่า", "ha escrit", "idatzi du", "via crisp",
)  # fmt: skip
HEADER_START = re.compile(
    rf"^[->\s|*_]*(?:(?:{'|'.join(_HEADER_STARTS)})(?=[\s,.\d:]|$)|(?:ma|ti|ke|to|pe|la|su)\s+\d|在|于|於"
    r"|\d{1,4}[-./年]\s?\d{1,2}[-./月]|\d{1,2}\.? \w{3,10}\.? \d{4}|\d{1,2}:\d\d\b)",
    re.IGNORECASE,
)
# "Jane Doe <jane@example.org> schrieb am …"
HEADER_ADDRESS_START = re.compile(r"^[^\n<>]{0,80}<[^<>\s]+@[^<>\s]+>")
_VERB = "|".join(_WROTE)
HEADER_END = re.compile(rf"(?:(?<!\w)(?:{_VERB})|[>)\]]|@[\w.-]+)(?:\W{{0,3}}[^\s:]{{0,40}})?\s*[:：]\s*$", re.IGNORECASE)
# verb first: "Op 13-02-2014 3:18 schreef Julius Caesar <pantheon@rome.com>:"
HEADER_VERB = re.compile(rf"(?<!\w)(?:{_VERB})(?!\w)[^\n]{{0,200}}[:：]\s*$", re.IGNORECASE)
# no colon: "---- On Wed, 24 Feb 2021 14:02:50 +0530 jane@example.org wrote ----"
HEADER_BARE = re.compile(r"^[-\s]*On \w{3},? [^\n]{5,200} wrote[-\s]*$")
# what makes it a quotation header rather than a sentence that ends with a colon
TIME = re.compile(r"\b\d{1,2}[:.h]\d{2}\b")
YEAR = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2}\b")
SOME_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}|\b\d{1,2}(?:st|nd|rd|th)?\b[^\n]{0,20}\b\w{3,9}\b")
# the writer's last words and the header on one line: "reply On Wed, Apr 4, 2012 at 3:59 PM, bob@example.com wrote:"
HEADER_INLINE = re.compile(r"^(?P<own>.*?\S)\s+(?=On (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? [^\n]{5,200}wrote:\s*$)")

_FROM = "from|von|de|da|fra|från|van|od|от|від|發件人|发件人|寄件者|寄件人|差出人|送信者|보낸 사람|lähettäjä|kimden|gönderen|feladó|expeditor|expéditeur|remitente|mittente|afzender|nadawca|odesílatel|από|מאת|من"
_OTHER = (
    "sent|date|to|cc|subject|reply-to|importance|gesendet|datum|an|betreff|kopie|envoyé|envoyée|à|objet|enviado|enviada|enviado el|fecha|para|asunto|assunto|"
    "inviato|data|a|per|oggetto|risposta|sendt|dato|til|emne|skickat|till|ämne|verzonden|aan|onderwerp|wysłano|wysłane|do|dw|temat|odesláno|komu|předmět|"
    "отправлено|дата|кому|копия|тема|надіслано|發送時間|发送时间|日期|寄件日期|收件人|收件者|抄送|副本|主题|主題|主旨|日時|送信日時|宛先|件名|보낸 날짜|받는 사람|제목|"
    "lähetetty|vastaanottaja|päiväys|aihe|tarih|kime|konu|elküldve|címzett|tárgy|trimis|către|subiect|στάλθηκε|προς|θέμα"
)
_LABEL_END = r"\s{0,3}\*{0,2}\s{0,3}[:：]\s*\*{0,2}"
BLOCK_FROM = re.compile(rf"^[>\s*_|]*(?:{_FROM}){_LABEL_END}\s*\S", re.IGNORECASE)
BLOCK_OTHER = re.compile(rf"^[>\s*_|]*(?:{_OTHER}){_LABEL_END}", re.IGNORECASE)

_ORIGINAL = (
    "original message|original email|originalmessage|reply message|ursprüngliche nachricht|original[- ]?nachricht|ursprungliche nachricht|message d'origine|message original|message initial|"
    "mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht|origineel bericht|oprindelig meddelelse|original meddelelse|opprinnelig melding|"
    "ursprungligt meddelande|originalmeddelande|alkuperäinen viesti|oryginalna wiadomość|wiadomość oryginalna|původní zpráva|исходное сообщение|пересылаемое сообщение|оригинальное сообщение|"
    "原始邮件|原始郵件|原邮件|元のメッセージ|원본 메시지|asıl mesaj|orijinal mesaj|eredeti üzenet|mesaj original|αρχικό μήνυμα|הודעה מקורית"
)
BLOCK_LINE = re.compile(rf"^[>\s*]*(?:{_FROM}){_LABEL_END}\s*\S*@\S+.{{0,80}}\s(?:{_OTHER})\s?:.{{0,80}}\d{{4}}", re.IGNORECASE)

ORIGINAL = re.compile(rf"^[>\s]*[-_=*—–]{{2,}}\s*(?:{_ORIGINAL})\s*[-_=*—–]{{0,}}\s*$|^[>\s]*(?:{_ORIGINAL})\s*[:：]?\s*$", re.IGNORECASE)
ABOVE = re.compile(r"(?:^|\W)(?:reply|replies|response|antwort|répon\w+|respuesta|risposta|antwoord)\b.{0,20}\b(?:above|oberhalb|über|au-dessus|encima|sopra|boven)\b.{0,40}\b(?:line|linie|zeile|ligne|línea|riga|lijn)\b", re.IGNORECASE)
FORWARD = re.compile(
    r"^[>\s*]*(?:[-_=]{2,}\s*(?:forwarded message|weitergeleitete nachricht|message transféré|mensaje reenviado|mensagem encaminhada|messaggio inoltrato|"
    r"doorgestuurd bericht|videresendt (?:meddelelse|melding)|vidarebefordrat meddelande|wiadomość przekazana|пересылаемое сообщение|转发的?(?:邮件|信息)|轉寄郵件|転送)"
    r"|(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-?mail)|début du message (?:réexpédié|transféré)|inizio messaggio inoltrato|"
    r"inicio del mensaje reenviado|início da mensagem (?:re)?encaminhada|begin doorgestuurd bericht|начало переадресованного сообщения|下面是被转发的邮件)\s*[:：])",
    re.IGNORECASE,
)

SIGNATURE_MARK = re.compile(r"^\s*(?:--|—|––|- -|__+)\s*$")
RULE = re.compile(r"^\s*[-=*#~+]{5,}\s*$")
DELIMITER = re.compile(r"^\s*(?:[-_=*#~+—–ᐧ]\s?){1,}\s*$")
SENT_FROM = re.compile(
    r"^[\s_*(]*(?:"
    r"sent (?:from|via|with|using) [^,.;!?]{1,40}(?:<.{0,200}>|\(.{0,200}\)|\[.{0,200}\])?\W*$|get outlook for |get the .{0,30} app|via mobile$"
    r"|(?:von|aus) mein(?:em|er) .{1,60}(?:gesendet|verschickt)|gesendet (?:von|mit|über|aus) |diese nachricht wurde von mein"
    r"|envoyé (?:de|depuis|à partir de) |téléchargez outlook|obtenir outlook|provenance :? ?courrier"
    r"|enviado (?:desde|do|de) (?:mi|meu|min|o|el|outlook|correo)|obtén outlook|obter o outlook|enviat des"
    r"|inviato (?:da|dal|con) |scarica outlook|ottieni outlook"
    r"|verstuurd (?:vanaf|vanuit|met) |verzonden (?:vanaf|met|via) |outlook (?:voor|för|til|fyrir) "
    r"|skickat från |hämta outlook|sendt fra |sendt med |hent outlook|få outlook|lähetetty |hanki outlook"
    r"|wysłan[eoy] (?:z|przez) |pobierz |odesláno z|poslané z|отправлено (?:с|из|от)|надіслано (?:з|із)|изпратено от"
    r"|(?:iphone|ipad|android|外出先)から送信|发自我|從我的|从我的|傳送自|나의 .{1,20}에서 보냄|gönderildi|iphone'umdan"
    r")",
    re.IGNORECASE,
)  # fmt: skip
# a program's own lines under a signature, never a person's
QUOTED = re.compile(r"^\s{0,3}(?:[A-Z][\w]{0,12}>|>|\|\s)")
NOT_QUOTED = re.compile(r"<<\s*$")
