"""What the model says to held-out questions while it learns: the likeliest tokens, nothing drawn."""

from collections.abc import Sequence
from typing import Any

from model.transformers_hf.load import package
from train.clips import Clip
from train.sft.lessons import Lessons


def answers(model: Any, lessons: Lessons, asked: Sequence[Clip], n_tokens: int) -> list[dict[str, Any]]:
    """One row a clip: the example's id, question, what was expected and what was said. The model's mode is kept."""
    learning = model.training
    model.eval()
    try:
        return [_answered(model, lessons, clip, n_tokens) for clip in asked]
    finally:
        model.train(learning)


def _answered(model: Any, lessons: Lessons, clip: Clip, n_tokens: int) -> dict[str, Any]:
    (question, expected), example = lessons.collator.turns(clip)[0], clip.examples[0]
    said = say(model, lessons, clip, question, n_tokens)
    return {"example": example.id, "question": question, "expected": expected, "answer": said}


def say(model: Any, lessons: Lessons, clip: Clip, question: str, n_tokens: int) -> str:
    """The likeliest answer to a question about a clip."""
    torch = package("torch")
    heard = lessons.collator.hear(clip)
    writer = lessons.collator.writer
    ids = torch.tensor([writer.prompt(question, heard.n_vectors if heard else 0)], device=model.device)
    given: dict[str, Any] = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    if heard is not None:
        dtype = model.get_input_embeddings().weight.dtype
        given["input_features"] = torch.from_numpy(heard.frames).to(model.device, dtype)
        given["input_features_mask"] = torch.from_numpy(heard.mask).to(model.device)
    with torch.no_grad(), torch.autocast(model.device.type, torch.bfloat16, enabled=_is_half(model)):
        made = model.generate(
            **given,
            max_new_tokens=n_tokens,
            do_sample=False,
            use_cache=True,
            suppress_tokens=writer.processor.audio_token_ids,
        )
    return str(writer.tokenizer.decode(made[0, ids.shape[1] :], skip_special_tokens=True)).strip()


def _is_half(model: Any) -> bool:
    torch = package("torch")
    return bool(model.get_input_embeddings().weight.dtype == torch.bfloat16)
