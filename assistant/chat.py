"""The local chat model: a CTranslate2 generator behind LangChain's `BaseChatModel`."""

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from jinja2.sandbox import ImmutableSandboxedEnvironment
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr
from tokenizers import Tokenizer
from tokenizers.decoders import DecodeStream

from assistant.weights import store

ROLES = {"human": "user", "ai": "assistant", "system": "system"}


class GeneratorChatModel(BaseChatModel):
    """Greedy decoding of a chat-tuned model, token by token."""

    folder: Path
    threads: int = 2
    max_token_count: int = 96

    _generator: Any = PrivateAttr()
    _tokenizer: Tokenizer = PrivateAttr()
    _template: Any = PrivateAttr()
    _control_tokens: re.Pattern[str] = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        import ctranslate2

        self._generator = ctranslate2.Generator(str(self.folder), device="auto", intra_threads=self.threads)
        self._tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        template = (self.folder / "chat_template.jinja").read_text(encoding="utf-8")
        self._template = ImmutableSandboxedEnvironment().from_string(template)
        control_tokens = [token.content for token in self._tokenizer.get_added_tokens_decoder().values()]
        self._control_tokens = re.compile("|".join(map(re.escape, control_tokens)))

    @property
    def _llm_type(self) -> str:
        return "ctranslate2-generator"

    def render(self, messages: list[BaseMessage]) -> str:
        """Return the prompt text; control tokens inside a message are data and are taken out."""
        turns = [
            {"role": ROLES[message.type], "content": self._control_tokens.sub(" ", str(message.content))}
            for message in messages
        ]
        return str(self._template.render(messages=turns, add_generation_prompt=True))

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        text = "".join(str(chunk.message.content) for chunk in self._stream(messages, stop=stop))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=text))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        decoder, text = DecodeStream(skip_special_tokens=True), ""
        for step in self._generator.generate_tokens(
            self._tokenizer.encode(self.render(messages)).tokens,
            max_length=self.max_token_count,
            sampling_topk=1,
        ):
            piece = decoder.step(self._tokenizer, step.token_id)
            if piece is None:
                continue
            text += piece
            if any(mark in text for mark in stop or ()):
                return
            chunk = ChatGenerationChunk(message=AIMessageChunk(content=piece))
            if run_manager:
                run_manager.on_llm_new_token(piece, chunk=chunk)
            yield chunk


@functools.cache
def get_chat_model() -> GeneratorChatModel:
    """Return the generator `CHAT_MODEL` names, loaded at its first use in this process."""
    return GeneratorChatModel(folder=store.find_folder(settings.CHAT_MODEL), threads=settings.INFERENCE_THREADS)
