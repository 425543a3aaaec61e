"""What people wrap around the name of what they look for: fifty templates in each language.

Written from how people type in a channel before any of them was tried, and not changed since.
"""

from __future__ import annotations

ENGLISH = """
{X} paper
the {X} paper
hey anyone have the {X} paper?
does anyone have a link to the {X} paper
what was {X} again?
what's {X}
what is {X} about
who wrote {X}?
who are the authors of {X}
can someone send me {X}
could you find me the {X} paper please
pls find {X}
looking for {X}
i'm looking for the paper called {X}
i am trying to find {X}, thanks!
have we had {X} in the channel?
did we already post {X}
remember {X}?
do you guys remember the {X} paper from a while ago
the paper about {X}
any papers on {X}
anything on {X}?
got anything about {X}
tell me about {X}
show me {X}
show me the {X} paper pls
search for {X}
search {X}
find {X}
@haru {X}
@haru find me {X} thx
haru, do you know {X}
hi haru! {X}?
hmm {X}
ok so {X}
so what about {X}
wasn't there a paper called {X}
there was this paper, {X}, right?
that {X} thing
that {X} paper everyone talks about
link to {X}
{X} arxiv
{X} arxiv link
{X} pdf
{X} pls
{X}???
{X} lol
{X} anyone?
{X} - who has it?
where can i find {X}
""".strip().splitlines()

KOREAN = """
{X} 논문
{X} 뭐였지
{X} 뭐였죠?
{X} 뭐더라
{X} 뭐예요?
{X}이 뭐야
{X}가 뭔가요
{X} 저자가 누구였죠?
{X} 누가 썼어요
{X} 쓴 사람 누구지
{X} 논문 있나요?
{X} 논문 있어?
{X} 있었던 것 같은데
{X} 본 사람?
{X} 읽어보신 분 계신가요
{X} 찾아줘
{X} 찾아주세요
{X} 좀 찾아줄래
{X} 논문 좀 찾아줘 ㅋㅋ
{X} 검색
{X} 검색해줘
{X} 링크
{X} 링크 좀 주세요
{X} 링크 있으신 분
{X} 아시는 분?
{X} 아는 사람
{X} 어디 있지
{X} 어디서 볼 수 있나요
{X} 언제 나왔지
{X} 보여줘
{X} 알려줘
{X} 알려주세요
{X}에 대해 알려줘
{X}에 대한 논문
{X} 관련 논문
{X} 관련된 거 있나요
{X}라는 논문
{X}라고 하는 거 있었는데
{X} 그거 뭐였더라
그 {X} 논문
그 뭐지 {X}
그 {X}인가 하는 거
혹시 {X} 아세요?
혹시 {X} 논문 올라왔었나요?
저번에 얘기한 {X}
예전에 본 {X} 논문
다들 {X} 봤어요?
안녕하세요 {X} 찾고 있어요
하루야 {X} 찾아줘
ㅎㅎ {X} 궁금합니다
""".strip().splitlines()

SMALL_TALK = """
hi
hello haru
thanks!
thank you so much
lgtm
lol
good morning everyone
nice work guys
what is this
how are you
are you there?
anyone here?
ok cool
sorry my bad
the
i don't know
who are you
help me please
brb lunch
see you tomorrow
ㅋㅋㅋㅋ
ㅎㅇ
안녕하세요
안녕 하루야
감사합니다
고마워요
수고하셨습니다
점심 뭐 먹지
오늘 뭐 먹지
퇴근하고 싶다
커피 마시러 갈 사람
넵 알겠습니다
네네
좋은 아침입니다
뭐해
누구세요
지금 회의 중이에요
축하드려요
ㅠㅠ
그게 뭐야
""".strip().splitlines()
"""What is said in a channel and asks for nothing."""
