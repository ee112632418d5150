namespace ChatFiles.Core.Data;

/// <summary>The database was told to commit and has not answered: what was written may be there. Nothing that belongs to it may be thrown away.</summary>
public sealed class OutcomeUnknownException : TimeoutException
{
    public OutcomeUnknownException()
        : this(null) { }

    public OutcomeUnknownException(Exception? failure)
        : base("The database did not say whether the write is durable.", failure) { }
}
