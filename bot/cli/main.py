"""The command line: the commands and their options, as Typer reads them.

Each command imports what it needs when it runs, so that `--help` and short commands start quickly. The clock is
read here and handed down.
"""

import asyncio
import gc
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from bot.process.terminal import echo, uncaught, write_file

app = typer.Typer(
    help="Kunduppföljning per SMS och Telegram för kommunens arbetsmarknadsenhet.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
export_app = typer.Typer(help="Aggregat utan rapport.", no_args_is_help=True)
app.add_typer(export_app, name="export")
themes_app = typer.Typer(help="Kommentarernas teman, kodade av personal.", no_args_is_help=True)
app.add_typer(themes_app, name="themes")
texts_app = typer.Typer(
    help="Texterna som kunder läser: till en arbetsbok för granskning, och tillbaka.", no_args_is_help=True
)
app.add_typer(texts_app, name="texts")
cases_app = typer.Typer(help="Det som väntar på en person: klagomål, önskad kontakt, fara, fel nummer.")
app.add_typer(cases_app, name="cases")
watch_app = typer.Typer(help="Skärpt uppföljning av en anordnare.", no_args_is_help=True)
app.add_typer(watch_app, name="watch")

unit_app = typer.Typer(help="Enhetens profil: namn, telefon och löften till kunderna.", no_args_is_help=True)
app.add_typer(unit_app, name="unit")

T = TypeVar("T")
# New objects between two collections of garbage. While modules are imported there is none, and the collector would
# look through what they define again and again: a twelfth of a short command's time.
COLLECT_AFTER = 50_000

Year = Annotated[int, typer.Option("--year", min=1990, max=2100, help="Kalenderår, till exempel 2025.")]
Month = Annotated[str, typer.Option("--month", help="Månad, till exempel 2026-10.")]
Out = Annotated[Path | None, typer.Option(help="Fil att skriva till, annars standard ut.")]
Provider = Annotated[str, typer.Argument(help="Anordnarens nummer i registret.")]
Reason = Annotated[str, typer.Option("--reason", help="Skälet; det skrivs i rapporten.")]
By = Annotated[str, typer.Option("--by", help="Vem som beslutar.")]
At = Annotated[str | None, typer.Option("--at", help="Tidpunkt (ISO), i stället för nu.")]


def main() -> None:
    """Run a command; a known error is one sentence and exit code 2 (bad input) or 1 (failure)."""
    gc.set_threshold(COLLECT_AFTER)
    try:
        app()
    except Exception as error:
        from bot.errors import exit_code

        code = exit_code(error)
        if code is None:
            uncaught(error)
            sys.exit(1)
        from bot.wording import sentence

        echo(sentence(error), err=True)
        sys.exit(code)
    finally:
        gc.freeze()  # the process ends here, and a last collection would take a fifth of a short command's time


def now() -> datetime:
    """Return the time: the only place where the clock is read."""
    return datetime.now(UTC)


def _run(work: Coroutine[object, object, T]) -> T:
    return asyncio.run(work)


@app.command()
def init(
    from_: Annotated[
        str, typer.Option("--from", help="En annan databas vars innehåll flyttas hit; FOLLOWUP_DATABASE_URL är ny.")
    ] = "",
) -> None:
    """Skapa databasen, eller lyft den till den senaste versionen."""
    from bot.cli.system import setup

    echo(_run(setup.init(from_)))


@app.command()
def templates(folder: Annotated[Path, typer.Argument(help="Mapp att skriva till.")]) -> None:
    """Skriv en tom registerfil av varje slag, med listor att välja ur och ett blad som förklarar kolumnerna."""
    from bot.cli.staff import templates as templates_

    for path in templates_.templates(folder):
        echo(path)


@app.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(help="CSV-, XLSX- eller ODS-filer, eller en mapp med sådana.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Kontrollera utan att spara.")] = False,
    by: Annotated[str, typer.Option(help="Vem som rättar uppföljningar i en låst månad.")] = "",
    reason: Annotated[str, typer.Option(help="Varför en låst månad rättas.")] = "",
    allow_emptying: Annotated[
        bool, typer.Option("--allow-emptying", help="Låt tomma celler ta bort det som är sparat.")
    ] = False,
    profile: Annotated[
        Path | None, typer.Option("--profile", help="Hur ett annat system ställer upp filerna: profile.toml.")
    ] = None,
) -> None:
    """Läs in registerfiler: allt eller inget; varje fel nämns med fil, rad och kolumn."""
    from bot.cli.staff import register

    done = register.import_files(paths, dry_run, now(), by, reason, allow_emptying=allow_emptying, profile=profile)
    echo(_run(done))


@app.command()
def run(
    host: Annotated[str, typer.Option(help="Adress att lyssna på.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port att lyssna på.", min=1, max=65535)] = 8080,
    simulate: Annotated[
        bool, typer.Option("--simulate", help="Låtsastelefoner på en sida; inget riktigt skickas.")
    ] = False,
) -> None:
    """Kör allt i en process: webhookar, schema och utskick."""
    from bot.cli.system import run as run_

    _run(run_.run(host, port, now, simulate))


@app.command()
def plan(
    at: At = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Visa utan att spara.")] = False,
    audit: Annotated[
        bool,
        typer.Option("--audit", help="Visa i stället att allt som förfallit har ett utfall."),
    ] = False,
    since: Annotated[str | None, typer.Option("--since", help="Med --audit: från och med denna dag (ISO).")] = None,
) -> None:
    """Visa vad som ska skickas, vad som hålls tillbaka och varför."""
    from bot.cli.arguments import moment
    from bot.cli.staff import planning

    then = moment(at, now())
    if audit:
        if not _run(planning.audit(then, dry_run, since)):
            raise typer.Exit(1)
    else:
        _run(planning.plan(then, dry_run))


@app.command()
def why(customer: Annotated[str, typer.Argument(help="Kundens nummer i registret.")]) -> None:
    """Visa varje planerad kontakt med en kund och varför den skickades eller inte."""
    from bot.cli.staff import planning

    _run(planning.why(customer))


@app.command()
def invite(customer: Annotated[str, typer.Argument(help="Kundens nummer i registret.")]) -> None:
    """Skapa en engångslänk som knyter kundens Telegram till registret."""
    from bot.cli.staff import register

    echo(_run(register.invite(customer, now())))


@app.command()
def link(
    provider: Provider,
    phone: Annotated[str | None, typer.Option(help="Kontaktpersonens telefon, om inte registrets.")] = None,
    days: Annotated[int, typer.Option(help="Hur många dagar länken gäller.", min=1, max=90)] = 45,
    telegram: Annotated[bool, typer.Option("--telegram", help="Knyt kontaktens Telegram i stället.")] = False,
    revoke: Annotated[bool, typer.Option("--revoke", help="Dra in länkarna (eller --phone:s).")] = False,
) -> None:
    """Skicka en personlig länk till en anordnares kontaktperson, för att registrera uppföljningar."""
    from bot.cli.providers import links

    echo(_run(links.link(provider, phone, days, telegram, revoke, now())))


@app.command()
def digest(
    provider: Provider,
    month: Annotated[str | None, typer.Option("--month", help="Månad, till exempel 2026-10.")] = None,
    send: Annotated[bool, typer.Option("--send", help="Skicka det, en gång.")] = False,
) -> None:
    """Visa en anordnares månadsbrev precis som det skickas, med delar och kostnad."""
    from bot.cli.providers import digests

    echo(_run(digests.digest(provider, month, send, now())))


@app.command()
def talk(
    *,
    survey: Annotated[str, typer.Argument(help="start, end eller checkin.")],
    lang: Annotated[str, typer.Option(help="Språkkod.")] = "sv",
    channel: Annotated[str, typer.Option(help="sms eller telegram.")] = "sms",
    question: Annotated[str | None, typer.Option("--from", help="Frågan som samtalet börjar med.")] = None,
    script: Annotated[
        Path | None, typer.Option(help="Fil med kundens meddelanden, ett på varje rad med en minut emellan.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Skriv ett JSON-objekt för varje meddelande.")] = False,
    transcript: Annotated[
        Path | None, typer.Option(help="Fil att spara samtalet i, så att ett test kan spela upp det.")
    ] = None,
) -> None:
    """Spela en enkät i terminalen, med delar och kostnad per meddelande."""
    from bot.cli.system.talk import Play, play

    play(Play(survey, lang, channel, question, script, transcript, as_json), now)


@app.command()
def report(
    *,
    year: Year,
    out: Annotated[Path, typer.Option(help="Mapp att skriva till.")] = Path("out"),
    formats: Annotated[
        str | None, typer.Option("--format", help="pdf, docx, html, xlsx, csv, json; annars alla.")
    ] = None,
    provider: Annotated[
        str | None, typer.Option("--provider", help="Anordnarens nummer: bara dess underlag för dialogen.")
    ] = None,
    publish: Annotated[bool, typer.Option("--publish", help="Frys rapporten som årets publicerade.")] = False,
    revise: Annotated[
        str | None, typer.Option("--revise", help="Publicera en rättelse; skälet skrivs i rapporten.")
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Dagens siffror, även om året är publicerat.")] = False,
) -> None:
    """Skriv årets kvalitetsrapport: som den publicerades, annars ett utkast av dagens siffror."""
    from bot.cli.figures import report as report_
    from bot.reports import DOCUMENTS, FORMATS

    if provider is not None:
        from bot.cli.providers.dialogue_pack import dialogue_pack

        if publish or revise is not None:
            raise typer.BadParameter("Ett underlag publiceras inte: välj --provider eller --publish.")
        chosen = formats.split(",") if formats else list(DOCUMENTS)
        done = dialogue_pack(year, provider, out, chosen, now(), draft=draft)
    else:
        chosen = formats.split(",") if formats else list(FORMATS)
        done = report_.report(year, out, chosen, now(), report_.Wanted(publish, revise, draft))
    for path in _run(done):
        echo(path)


@export_app.command("indicators")
def export_indicators(
    year: Year,
    format_: Annotated[str, typer.Option("--format", help="csv, xlsx eller json")] = "csv",
    draft: Annotated[bool, typer.Option("--draft", help="Dagens siffror: arbetsmaterial, lämnas inte ut.")] = False,
    out: Out = None,
) -> None:
    """Skriv de publicerade indikatorerna, en rad per värde."""
    from bot.cli.figures import report as report_

    _hand_over(_run(report_.export_indicators(year, format_, now(), draft=draft)), out)


@export_app.command("payments")
def export_payments(
    month: Month,
    format_: Annotated[str, typer.Option("--format", help="csv eller xlsx")] = "csv",
    out: Out = None,
) -> None:
    """Skriv månadens underlag för utbetalning: insatsmånader per anordnare, summor, låsdatum, kontrollsumma."""
    from bot.cli.figures import exports

    _hand_over(_run(exports.payments(month, format_, now())), out, private=True)


@export_app.command("followups")
def export_followups(month: Month, out: Out = None) -> None:
    """Skriv månadens uppföljningar från båda sidor, per anordnare (CSV). Bara för enhetens egen personal."""
    from bot.cli.figures import exports

    _hand_over(_run(exports.both_sides(month)), out, private=True)


@export_app.command("contacts")
def export_contacts(
    out: Out = None,
    answers: Annotated[
        Path | None, typer.Option(help="Svarsfil att fylla i och läsa in med followup import.")
    ] = None,
) -> None:
    """Skriv vilka kunder som ska frågas per telefon eller brev nu (CSV). Bara för enhetens egen personal."""
    from bot.cli.staff import call_list

    _hand_over(_run(call_list.contacts(now(), answers)), out, private=True)


def _hand_over(content: bytes, out: Path | None, *, private: bool = False) -> None:
    """Write an export to a file, or to standard output; a ``private`` file is open to nobody but its owner."""
    if out is None:
        write_file(content)
    else:
        from bot.reports import write, write_private

        (write_private if private else write)(out, content)


@themes_app.command("export")
def export_themes(
    year: Year,
    out: Annotated[Path, typer.Option(help="Arbetsbok att skriva.")] = Path("out/kommentarer.xlsx"),
) -> None:
    """Skriv årets kommentarer till en arbetsbok för kodning, med förslag och markerade personuppgifter."""
    from bot.cli.figures import themes

    echo(_run(themes.export_themes(year, out)))


@themes_app.command("import")
def import_themes(
    path: Annotated[Path, typer.Argument(help="Arbetsboken med valda teman.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Kontrollera utan att spara.")] = False,
) -> None:
    """Läs in valda teman: allt eller inget; varje fel nämns med rad och kolumn."""
    from bot.cli.figures import themes

    echo(_run(themes.import_themes(path, dry_run, now())))


@texts_app.command("export")
def export_texts(
    language: Annotated[list[str] | None, typer.Argument(help="Språkkoder, till exempel so; annars alla.")] = None,
    out: Annotated[Path, typer.Option(help="Mapp att skriva till.")] = Path("out"),
) -> None:
    """Skriv en arbetsbok för varje språk, där en modersmålstalare läser, ändrar och godkänner texterna."""
    from bot.cli.texts import exchange

    echo("\n".join(exchange.export(language or (), out)))


@texts_app.command("import")
def import_texts(
    paths: Annotated[list[Path], typer.Argument(help="Arbetsböckerna, eller en mapp med dem.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Kontrollera utan att spara.")] = False,
) -> None:
    """Läs in ändrade och godkända texter till mappen FOLLOWUP_TEXTS: allt eller inget, varje fel med sin rad."""
    from bot.cli.texts import exchange

    echo("\n".join(exchange.import_(paths, dry_run, now())))


@texts_app.command("check")
def check_texts() -> None:
    """Visa för varje språk om texterna ryms i sina sms-delar och är granskade."""
    from bot.cli.texts import exchange

    said, all_right = exchange.check()
    echo("\n".join(said))
    if not all_right:
        raise typer.Exit(1)


@cases_app.callback(invoke_without_command=True)
def cases(
    context: typer.Context,
    all_: Annotated[bool, typer.Option("--all", help="Visa också de avslutade.")] = False,
) -> None:
    """Visa öppna ärenden med sista dag, ägare, status och text, de brådskande först."""
    from bot.cli.staff import cases as casework

    if context.invoked_subcommand is None:
        _run(casework.show(all_, now()))


@cases_app.command("take")
def take_case(
    number: Annotated[int, typer.Argument(help="Ärendets nummer.")],
    by: Annotated[str, typer.Option("--by", help="Vem som tar det.")],
) -> None:
    """Ta ett ärende."""
    from bot.cli.staff import cases as casework

    echo(_run(casework.take(number, by)))


@cases_app.command("close")
def close_case(
    number: Annotated[int, typer.Argument(help="Ärendets nummer.")],
    outcome: Annotated[str, typer.Option("--outcome", help="åtgärdat, besvarat, återtaget eller ej nådd.")],
    by: Annotated[str, typer.Option("--by", help="Vem som avslutar det.")],
) -> None:
    """Avsluta ett ärende med vad det ledde till."""
    from bot.cli.staff import cases as casework

    echo(_run(casework.close(number, outcome, by, now())))


@watch_app.command("list")
def watch_list() -> None:
    """Visa vilka som är under skärpt uppföljning, vilka som föreslås och varför, och öppna åtgärdsplaner."""
    from bot.cli.staff import watch

    echo(_run(watch.overview(now())))


@watch_app.command("start")
def watch_start(provider: Provider, reason: Reason, by: By) -> None:
    """Fråga anordnarens kunder varannan vecka tills beslutet hävs."""
    from bot.cli.staff import watch

    echo(_run(watch.start(provider, reason, by, now())))


@watch_app.command("lift")
def watch_lift(provider: Provider, reason: Reason, by: By) -> None:
    """Häv den skärpta uppföljningen."""
    from bot.cli.staff import watch

    echo(_run(watch.lift(provider, reason, by, now())))


@unit_app.command("show")
def unit_show() -> None:
    """Visa enhetens profil som den gäller, så att den kan läsas in igen som unit.toml."""
    from bot.cli.system import unit

    echo(unit.show())


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Ny fil för kopian; finns den redan skrivs inget över.")],
) -> None:
    """Kopiera databasen medan den används, och kontrollera kopian (SQLite)."""
    from bot.cli.system import backup as backup_

    echo(_run(backup_.backup(file, now())))


@app.command()
def restored(
    stopped_at: Annotated[
        str | None,
        typer.Option("--stopped-at", help="När det gamla systemet stannade (ISO); utan den: nu."),
    ] = None,
    copied_at: Annotated[
        str | None,
        typer.Option("--copied-at", help="När kopian gjordes (ISO), om pg_dump gjorde den."),
    ] = None,
) -> None:
    """Klara av en återställd kopia: det som kan ha skickats efter den skickas inte igen."""
    from bot.cli.arguments import moment
    from bot.cli.system import backup as backup_

    at = now()
    copied = moment(copied_at, at) if copied_at else None
    stopped = moment(stopped_at, at) if stopped_at else None
    echo(_run(backup_.restored(copied, stopped, at)))


@app.command()
def check() -> None:
    """Kontrollera inställningar, databas, enkäter och karantän."""
    from bot.cli.system import check as check_

    if not _run(check_.check()):
        raise typer.Exit(1)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Mapp att skriva till.")] = Path("out/demo"),
    serve: Annotated[bool, typer.Option("--serve", help="Låt rapporten och tjänsten vara igång.")] = False,
    seed: Annotated[int, typer.Option(help="Samma frö ger samma siffror.")] = 2015,
) -> None:
    """Hela systemet utan konton: ett simulerat år genom riktig kod, och rapporten."""
    from bot.cli.system.demo import run_demo

    _run(run_demo(out, seed, serve, now))
