"""What a message asks for beside an answer: who we are, or that something be done."""

from typing import Literal, get_args

from survey.understanding.message import Message

# Who asks; where the number comes from; whether it is a fraud or a machine; what it costs; whether one must answer;
# what it is about; who reads the answers.
About = Literal["who", "number", "trust", "cost", "duty", "topic", "privacy"]
Wish = Literal["call_me", "complaint", "died", "moved", "job", "cannot_read"]
QUESTION_MARKS = ("?", "؟", "፧")
ABOUT_WORDS = 14  # of a question about the sender; what is longer tells something else, too


def about_sender(message: Message) -> About | None:
    """Return what a message wants to know about us and our questions; None where it asks nothing of the kind."""
    if set(message.text.strip()) <= set("?؟ ") and message.text.strip():
        return "topic"
    if len(message.said) > ABOUT_WORDS:
        return None
    asked = message.found_of("sender")
    return next((topic for topic in get_args(About) if topic in asked), None)


def is_question(message: Message) -> bool:
    """Return whether a message asks something, whatever it is: by its sign, its first word or its verb first.

    Where a number or a yes is awaited, whoever asks something asks us.
    """
    said = [token for token in message.said if token not in message.words.greetings]
    if not said or len(message.said) > ABOUT_WORDS:
        return False
    if message.text.rstrip().endswith(QUESTION_MARKS) or message.in_set("question", said[0]):
        return True
    return (
        len(said) > 1 and message.in_set("question_verb", said[0]) and message.in_set("question_subject", said[1])
    )


def wish(message: Message) -> Wish | None:
    """Return what a message wishes or tells that a person of the unit must act on; None where it does not."""
    wished = message.found_of("wish")
    return next((one for one in get_args(Wish) if one in wished), None)
